//! How values are shown.

use gitops_yaml::{Exposure, Node};

use super::count::count;

/// How many entries of a map are shown.
const SHOWN: usize = 4;

/// A value as it may be shown: scalars in back quotes, secrets masked, the rest by its shape.
pub(crate) fn value(node: Option<&Node>) -> String {
    let Some(node) = node else { return "nothing".to_owned() };
    match node.as_scalar() {
        Some(s) if s.exposure != Exposure::Open => "a hidden value".to_owned(),
        Some(s) => format!("`{}`", s.text),
        None if node.as_seq().is_some() => count(node.items().len(), "item"),
        None => {
            let more = if node.entries().len() > SHOWN { ", …" } else { "" };
            let pairs = node.entries().iter().take(SHOWN).map(|e| match e.value.text() {
                Some(text) if e.value.as_scalar().is_some_and(|s| s.exposure == Exposure::Open) => {
                    format!("{}: {text}", e.key)
                }
                _ => format!("{}: …", e.key),
            });
            format!("`{{{}{more}}}`", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Two values that differ, as they may be shown. Where that would read the same, only the part that differs
/// is shown.
pub(crate) fn values(before: Option<&Node>, after: Option<&Node>) -> (String, String) {
    let (old, new) = (value(before), value(after));
    let long = |text: &str| text.contains('\n');
    match (before, after) {
        (Some(a), Some(b)) if old == new || long(&old) || long(&new) => narrowed(a, b),
        _ => (old, new),
    }
}

/// The first part of two values that differs, with the way to it.
fn narrowed(before: &Node, after: &Node) -> (String, String) {
    let inside = |at: String, (old, new): (String, String)| {
        let shown = |text: String| format!("`{at}`: {text}");
        (shown(old), shown(new))
    };
    let same = |a: Option<&Node>, b: Option<&Node>| match (a, b) {
        (Some(a), Some(b)) => a.same(b),
        (a, b) => a.is_none() && b.is_none(),
    };
    let mut keys = before.entries().iter().chain(after.entries()).map(|e| &e.key);
    if let Some(key) = keys.find(|key| !same(before.get(key), after.get(key))) {
        return inside(key.to_string(), values(before.get(key), after.get(key)));
    }
    let (a, b) = (before.items(), after.items());
    if let Some(at) = (0..a.len().max(b.len())).find(|at| !same(a.get(*at), b.get(*at))) {
        return inside(format!("[{at}]"), values(a.get(at), b.get(at)));
    }
    match (before.as_scalar(), after.as_scalar()) {
        (Some(a), Some(b)) if a.exposure == Exposure::Open && b.exposure == Exposure::Open => {
            let mut lines = a.text.lines().zip(b.text.lines()).zip(1..);
            match lines.find(|((a, b), _)| a != b) {
                Some(((a, b), line)) => inside(
                    format!("line {line}"),
                    (format!("`{}`", a.trim()), format!("`{}`", b.trim())),
                ),
                None => {
                    (count(a.text.lines().count(), "line"), count(b.text.lines().count(), "line"))
                }
            }
        }
        _ => (value(Some(before)), value(Some(after))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gitops_yaml::{ContentId, Sources};

    fn node(text: &str) -> Node {
        let file =
            Sources::default().load("a.yaml", ContentId::of(text.as_bytes()), text.as_bytes());
        file.documents.first().expect("a document").clone()
    }

    #[test]
    fn values_that_read_the_same_are_told_by_what_differs() {
        let said = |a: &str, b: &str| values(Some(&node(a)), Some(&node(b)));
        assert_eq!(said("{a: 1}", "{a: 2}"), ("`{a: 1}`".into(), "`{a: 2}`".into()));
        let deep = said("{args: [x, y], image: i}", "{args: [x, z], image: i}");
        assert_eq!(deep, ("`args`: `[1]`: `y`".into(), "`args`: `[1]`: `z`".into()));
        let text = said("|-\n  a\n  b\n", "|-\n  a\n  c\n");
        assert_eq!(text, ("`line 2`: `b`".into(), "`line 2`: `c`".into()));
    }
}
