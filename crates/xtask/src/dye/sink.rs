//! Where dye can be poured without changing what kustomize does: values it carries and never reads.

use std::collections::BTreeMap;

use gitops_yaml::{FileId, Limits, Node, Style, Value};

/// A kind of place that only carries its value.
pub(super) type Class = &'static str;

/// Positions in one text before which dye goes, each once however many aliases lead there.
pub(super) type Sinks = BTreeMap<usize, Class>;

/// Fields of kustomization files and plugin configurations that hold YAML as a string.
const EMBEDDED: &[&str] =
    &["generators", "jsonOp", "patch", "patches", "patchesStrategicMerge", "transformers"];

const CONTAINERS: &[&str] = &["containers", "ephemeralContainers", "initContainers"];

/// Parts of annotation keys that kustomize itself obeys.
const OBEYED: &[&str] = &["config.k8s.io", "config.kubernetes.io"];

/// The sinks of a YAML text; none if it cannot be read.
pub(super) fn sinks(text: &str, file: FileId) -> Sinks {
    let parsed = gitops_yaml::parse(file, text, &Limits::default());
    let mut found = Finder { text, file, sinks: Sinks::new() };
    parsed.documents.iter().for_each(|document| found.visit(document, "", &[]));
    found.sinks
}

struct Finder<'a> {
    text: &'a str,
    file: FileId,
    sinks: Sinks,
}

impl Finder<'_> {
    /// Visits the value at `path` of an object of `kind`.
    fn visit(&mut self, node: &Node, kind: &str, path: &[&str]) {
        match &node.value {
            Value::Scalar(_) => self.scalar(node, kind, path),
            Value::Seq(items) => items.iter().for_each(|item| match operation(item) {
                Some((pointer, value)) => self.visit(value, "", &pointer),
                None => self.visit(item, kind, &[path, &["-"]].concat()),
            }),
            Value::Map(entries) => {
                // An object within a list starts anew.
                let own = node.get("kind").and_then(Node::as_str);
                let (kind, path) = own.map_or((kind, path), |own| (own, &[][..]));
                for entry in entries.iter() {
                    self.visit(&entry.value, kind, &[path, &[entry.key.as_str()]].concat());
                }
            }
        }
    }

    fn scalar(&mut self, node: &Node, kind: &str, path: &[&str]) {
        let span = node.span();
        let range = span.start as usize..span.end as usize;
        let Some(written) =
            self.text.get(range.clone()).filter(|w| !w.starts_with(['*', '&', '!']))
        else {
            return;
        };
        let Some(content) = Content::of(node, written) else { return };
        let text = node.text().unwrap_or_default();
        let offsets: Sinks = match class(kind, path) {
            Some("literal") => behind_equals(text).map(|at| (at, "literal")).into_iter().collect(),
            Some(class) => within_data(text, self.file).into_iter().map(|at| (at, class)).collect(),
            None if path.iter().rev().take(2).any(|step| EMBEDDED.contains(step)) => {
                sinks(text, self.file)
            }
            None => return,
        };
        let position = |(at, class)| Some((range.start + content.position(at)?, class));
        self.sinks.extend(offsets.into_iter().filter_map(position));
    }
}

/// The path and the value that an operation of a JSON patch writes.
fn operation(item: &Node) -> Option<(Vec<&str>, &Node)> {
    let verb = item.get("op")?.as_str().filter(|op| ["add", "replace"].contains(op));
    let pointer = item.get("path")?.as_str()?.trim_start_matches('/');
    verb.and(item.get("value")).map(|value| (pointer.split('/').collect(), value))
}

/// What a string at this path of an object is, if kustomize only carries it.
fn class(kind: &str, path: &[&str]) -> Option<Class> {
    if kind == "CustomResourceDefinition" {
        return None;
    }
    match (kind, path) {
        (_, [.., "annotations" | "commonAnnotations", key]) => {
            (!OBEYED.iter().any(|part| key.contains(part))).then_some("annotation")
        }
        (_, [.., "env", _, "value"]) => Some("environment"),
        (_, [.., containers, _, "args" | "command", _]) if CONTAINERS.contains(containers) => {
            Some("argument")
        }
        ("ConfigMap", ["data", _]) | ("Secret", ["stringData", _]) => Some("data"),
        (_, [.., "configMapGenerator" | "secretGenerator", _, "literals", _])
        | ("ConfigMapGenerator" | "SecretGenerator", ["literals", _]) => Some("literal"),
        _ => None,
    }
}

/// Where the value of `key=value` starts, behind the quotes that a generator takes off.
fn behind_equals(text: &str) -> Option<usize> {
    let (key, value) = text.split_once('=')?;
    let quote = usize::from(value.len() > 1 && value.starts_with(['"', '\'']));
    Some(key.len() + 1 + quote)
}

/// The start of a text; or, in JSON or YAML carried as text, of the strings in it: replacements may read
/// it, so it must stay well formed.
fn within_data(text: &str, file: FileId) -> Vec<usize> {
    let parsed = gitops_yaml::parse(file, text, &Limits::default());
    let document = match parsed.documents.as_slice() {
        [document] if parsed.errors.is_empty() && document.as_scalar().is_none() => document,
        _ => return vec![0],
    };
    let mut found = Vec::new();
    document.walk(&mut |node| {
        let start = node.span().start as usize;
        let written = text.get(start..node.span().end as usize).unwrap_or_default();
        let content = node.as_str().and_then(|_| Content::of(node, written));
        found.extend(content.and_then(|content| content.position(0)).map(|at| start + at));
    });
    found
}

/// A string beside the way it is written.
struct Content<'a> {
    text: &'a str,
    written: &'a str,
    block: bool,
}

impl<'a> Content<'a> {
    /// Of a string that stands in the file as it is: neither folded nor with escapes.
    fn of(node: &'a Node, written: &'a str) -> Option<Self> {
        let scalar = node.as_scalar().filter(|s| !s.text.is_empty())?;
        let block = scalar.style == Style::Literal;
        let text = scalar.text.as_str();
        (block || written.contains(text)).then_some(Self { text, written, block })
    }

    /// Where the byte at `offset` of the string is written.
    fn position(&self, offset: usize) -> Option<usize> {
        if !self.block {
            return Some(self.written.find(self.text)? + offset);
        }
        let before = self.text.get(..offset)?;
        let (line, column) = (before.matches('\n').count(), before.rsplit('\n').next()?.len());
        let value = self.text.lines().nth(line)?;
        // A block's span starts with its content, behind the header.
        let start: usize = self.written.split_inclusive('\n').take(line).map(str::len).sum();
        let indented = self.written.get(start..)?.lines().next()?;
        let indent = indented.strip_suffix(value)?.len();
        Some(start + indent + column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dyed(text: &str) -> String {
        let mut out = text.to_owned();
        let sinks = sinks(text, FileId::for_tests(0));
        sinks.keys().rev().for_each(|at| out.insert(*at, '+'));
        out
    }

    #[test]
    fn values_are_sinks_and_names_are_not() {
        assert_eq!(
            dyed(
                "kind: Pod\nmetadata: {name: a, annotations: {b: \"c\"}}\nspec:\n  containers:\n\
                 \x20 - name: d\n    image: e\n    args: [f, 'g']\n    env: [{name: h, value: i}]\n"
            ),
            "kind: Pod\nmetadata: {name: a, annotations: {b: \"+c\"}}\nspec:\n  containers:\n\
             \x20 - name: d\n    image: e\n    args: [+f, '+g']\n    env: [{name: h, value: +i}]\n"
        );
    }

    #[test]
    fn embedded_patches_have_sinks_of_their_own() {
        assert_eq!(
            dyed(
                "patches:\n- patch: |-\n    - op: add\n      path: /metadata/annotations/a\n\
                 \x20     value: b\n- patch: '{kind: ConfigMap, data: {c: d}}'\n"
            ),
            "patches:\n- patch: |-\n    - op: add\n      path: /metadata/annotations/a\n\
             \x20     value: +b\n- patch: '{kind: ConfigMap, data: {c: +d}}'\n"
        );
    }

    #[test]
    fn literals_keep_their_keys_and_quotes() {
        assert_eq!(
            dyed("configMapGenerator:\n- name: a\n  literals: [b=c, 'd=\"e\"', f=]\n"),
            "configMapGenerator:\n- name: a\n  literals: [b=+c, 'd=\"+e\"', f=+]\n"
        );
    }

    #[test]
    fn structured_data_stays_well_formed() {
        assert_eq!(
            dyed("kind: ConfigMap\ndata:\n  a: |\n    {\"b\": [\"c\", 1]}\n  d: 'e: f'\n  g: h\n"),
            "kind: ConfigMap\ndata:\n  a: |\n    {\"b\": [\"+c\", 1]}\n  d: 'e: +f'\n  g: +h\n"
        );
    }
}
