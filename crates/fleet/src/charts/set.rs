//! `--set` of Helm: `path=value` pairs (helm.sh/helm, pkg/strvals).

use gitops_yaml::{Entry, Node, Origin, Scalar, SmolStr};

/// How deep a path may lead.
const MAX_STEPS: usize = 64;

/// The highest place of a list that may be set.
const MAX_INDEX: usize = 4096;

/// Whether a value may be a number or a boolean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typing {
    /// `true`, `null` and `1` are what they look like, as with `--set`.
    Inferred,
    /// All is text, as with `--set-string`.
    Text,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(SmolStr),
    Index(usize),
}

/// Sets what an assignment such as `a.b[0]=x,c={1,2}` says, all of it written at `origin`. `None` where it
/// cannot be read.
pub(crate) fn set(
    values: &mut Node,
    assignment: &str,
    typing: Typing,
    origin: &Origin,
) -> Option<()> {
    let mut rest = assignment;
    while !rest.is_empty() {
        let (path, behind) = path(rest)?;
        let (value, behind) = value(behind, typing, origin)?;
        put(values, &path, value, origin);
        rest = behind;
    }
    Some(())
}

/// A path and what stands behind its `=`.
fn path(text: &str) -> Option<(Vec<Step>, &str)> {
    let (mut steps, mut key) = (Vec::new(), String::new());
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if steps.len() > MAX_STEPS {
            return None;
        }
        let mut end_key = || {
            if !key.is_empty() {
                steps.push(Step::Key(std::mem::take(&mut key).into()));
            }
        };
        match c {
            '\\' => key.push(chars.next()?.1),
            '=' => {
                end_key();
                return (!steps.is_empty()).then(|| (steps, &text[at + 1..]));
            }
            '.' => end_key(),
            '[' => {
                end_key();
                let number: String =
                    chars.by_ref().map(|(_, c)| c).take_while(|c| *c != ']').collect();
                let index = number.parse().ok().filter(|n| *n <= MAX_INDEX)?;
                steps.push(Step::Index(index));
            }
            ',' => return None,
            c => key.push(c),
        }
    }
    None
}

/// A value and what stands behind its comma.
fn value<'t>(text: &'t str, typing: Typing, origin: &Origin) -> Option<(Node, &'t str)> {
    if let Some(list) = text.strip_prefix('{') {
        let (mut items, mut rest) = (Vec::new(), list);
        loop {
            let (item, end) = word(rest, &[',', '}']);
            let behind = rest.get(end..)?;
            if !(item.is_empty() && items.is_empty() && behind.starts_with('}')) {
                items.push(scalar(&item, typing, origin));
            }
            match behind.strip_prefix(',') {
                Some(more) => rest = more,
                None => {
                    let behind = behind.strip_prefix('}')?;
                    let behind = behind.strip_prefix(',').unwrap_or(behind);
                    return Some((Node::seq(items, origin.clone()), behind));
                }
            }
        }
    }
    let (word, end) = word(text, &[',']);
    let behind = text.get(end..)?;
    Some((scalar(&word, typing, origin), behind.strip_prefix(',').unwrap_or(behind)))
}

/// Text up to one of the characters, without backslashes, and where it ends.
fn word(text: &str, ends: &[char]) -> (String, usize) {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => out.extend(chars.next().map(|(_, c)| c)),
            c if ends.contains(&c) => return (out, at),
            c => out.push(c),
        }
    }
    (out, text.len())
}

fn scalar(text: &str, typing: Typing, origin: &Origin) -> Node {
    let is_number = text == "0" || !text.starts_with('0') && text.parse::<i64>().is_ok();
    let lower = text.to_ascii_lowercase();
    let is_word = matches!(lower.as_str(), "true" | "false") || text == "null";
    match typing {
        Typing::Inferred if is_word => Node::scalar(Scalar::plain(lower), origin.clone()),
        Typing::Inferred if is_number => Node::scalar(Scalar::plain(text), origin.clone()),
        _ => Node::string(text, origin.clone()),
    }
}

/// Puts a value at a path; what is no map or list on the way is replaced.
fn put(node: &mut Node, path: &[Step], value: Node, origin: &Origin) {
    let Some((step, below)) = path.split_first() else {
        let origin = value.origin.on_top_of("values", &node.origin);
        *node = Node { value: value.value, origin };
        return;
    };
    match step {
        Step::Key(key) => {
            if node.as_map().is_none() {
                *node = Node::map(Vec::new(), origin.clone());
            }
            if node.get(key).is_none() {
                let empty = Node::null(value.origin.clone());
                node.set(Entry::new(key.clone(), origin.span, empty));
                if let Some(new) = node.get_mut(key) {
                    put_new(new, below, value, origin);
                }
            } else if let Some(old) = node.get_mut(key) {
                put(old, below, value, origin);
            }
        }
        Step::Index(index) => {
            if node.as_seq().is_none() {
                *node = Node::seq(Vec::new(), origin.clone());
            }
            let Some(items) = node.as_seq_mut() else { return };
            while items.len() <= *index {
                items.push(Node::null(origin.clone()));
            }
            if let Some(item) = items.get_mut(*index) {
                put(item, below, value, origin);
            }
        }
    }
}

/// Puts a value where nothing stood, so that its history begins with it.
fn put_new(node: &mut Node, path: &[Step], value: Node, origin: &Origin) {
    match path {
        [] => *node = value,
        path => put(node, path, value, origin),
    }
}

#[cfg(test)]
mod tests {
    use gitops_yaml::{PrintOptions, Sources, Span, print};

    use super::*;

    /// What an assignment makes of `values`, as YAML.
    fn made(assignment: &str, typing: Typing) -> Option<String> {
        let id = Sources::default().add("x", b"");
        let origin = Origin::new(Span::new(id, 0, 0));
        let mut values = Node::map(Vec::new(), origin.clone());
        set(&mut values, assignment, typing, &origin)?;
        Some(print(&values, &PrintOptions::KUSTOMIZE))
    }

    #[test]
    fn paths_and_types_are_those_of_helm() {
        let cases = [
            ("a.b=1", "a:\n  b: 1\n"),
            ("a=TRUE,b=null", "a: true\nb: null\n"),
            ("a=007", "a: \"007\"\n"),
            (r"a\.b/c=x\,y", "a.b/c: x,y\n"),
            ("a[1].b=x", "a:\n- null\n- b: x\n"),
            ("a={x,2}", "a:\n- x\n- 2\n"),
            ("a={}", "a: []\n"),
            ("a=", "a: \"\"\n"),
        ];
        for (assignment, want) in cases {
            assert_eq!(made(assignment, Typing::Inferred).as_deref(), Some(want), "{assignment}");
        }
        assert_eq!(made("a=1", Typing::Text).as_deref(), Some("a: \"1\"\n"));
        for wrong in ["a", "=x", "a[x]=1", "a[99999]=1", "a={x"] {
            assert_eq!(made(wrong, Typing::Inferred), None, "{wrong}");
        }
    }
}
