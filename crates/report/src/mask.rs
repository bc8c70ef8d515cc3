//! Source text in which what may be a secret is covered, byte for byte.

use gitops_yaml::{Entry, FileId, Limits, Node, Span, Style, parse};

/// The text of a file with the values of Secrets covered: `data` and `stringData` of a Secret, what
/// writes them (literals of a `secretGenerator`, inline patches that name a Secret), and every line of a
/// file that is no YAML, such as the `.env` file of a generator.
pub(crate) fn secrets(path: &str, text: &str) -> String {
    if ![".yaml", ".yml", ".json", "kustomization", "Kustomization"]
        .iter()
        .any(|end| path.ends_with(end))
    {
        return cover(text, &[(0, text.len())]);
    }
    let file = FileId::for_tests(0);
    let mut ranges = Vec::new();
    for document in &parse(file, text, &Limits::default()).documents {
        document.walk(&mut |node| secret_parts(node, &mut ranges));
    }
    cover(text, &ranges)
}

/// The parts of one map that may be secret. Walking meets the map wherever it stands: a patch in a list
/// is a Secret as much as a document is.
fn secret_parts(node: &Node, ranges: &mut Vec<(usize, usize)>) {
    let mut add = |value: Option<&Node>| {
        if let Some(value) = value {
            value.walk(&mut |n| ranges.extend(n.as_scalar().map(|_| bytes(n.span()))));
        }
    };
    if node.get("kind").and_then(Node::text) == Some("Secret") {
        add(node.get("data"));
        add(node.get("stringData"));
    }
    for generator in node.get("secretGenerator").map(Node::items).unwrap_or_default() {
        add(generator.get("literals"));
    }
    let target = node.at(&["target", "kind"]).and_then(Node::text);
    for Entry { value, .. } in node.entries() {
        let block = value.as_scalar().filter(|s| matches!(s.style, Style::Literal | Style::Folded));
        let names_secret =
            block.is_some_and(|s| s.text.contains("Secret") && s.text.contains("kind"));
        if names_secret || target == Some("Secret") && value.as_scalar().is_some() {
            add(Some(value));
        }
    }
}

fn bytes(span: Span) -> (usize, usize) {
    (span.start as usize, span.end as usize)
}

/// Every character of the ranges but blanks and line breaks becomes as many `*` as it has bytes.
fn cover(text: &str, ranges: &[(usize, usize)]) -> String {
    let covered = |at: usize| ranges.iter().any(|(start, end)| (*start..*end).contains(&at));
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c.is_whitespace() || !covered(at) {
            out.push(c);
        } else {
            out.extend(std::iter::repeat_n('*', c.len_utf8()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hides(path: &str, text: &str) {
        let masked = secrets(path, text);
        assert_eq!(masked.len(), text.len());
        assert!(!masked.contains("hunter2") && masked.contains("shown"), "{masked}");
    }

    #[test]
    fn secrets_do_not_reach_snippets() {
        hides(
            "s.yaml",
            "kind: Secret\nmetadata: {name: shown}\nstringData: {pass: hunter2}\ndata:\n  a: |\n    hunter2\n",
        );
        hides(
            "l.yaml",
            "items:\n- kind: Secret\n  metadata: {name: shown}\n  data: {a: hunter2}\n",
        );
        hides(
            "kustomization.yaml",
            "namePrefix: shown\nsecretGenerator:\n- literals: [a=hunter2]\n",
        );
        hides(
            "kustomization.yaml",
            "namePrefix: shown\npatches:\n- patch: |\n    kind: Secret\n    data: {a: hunter2}\n",
        );
        hides(
            "kustomization.yaml",
            "namePrefix: shown\npatches:\n- target: {kind: Secret}\n  patch: '[{value: hunter2}]'\n",
        );
        assert_eq!(secrets("a.env", "A=hunter2\nB=ü"), "********* **"[..9].to_owned() + "\n****");
    }
}
