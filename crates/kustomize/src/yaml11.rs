//! Values read with YAML 1.1 eyes: a bare `yes` is true, and a bare `y` as a key is `true`.

use gitops_yaml::{Dialect, Entry, Node, Scalar, ScalarKind, SmolStr, Sources, Value, resolve};

use crate::json::number;
use crate::written::is_quoted;

/// Whether the text of a boolean says yes.
pub(crate) fn is_yes(text: &str) -> bool {
    ["true", "yes", "on", "y"].iter().any(|yes| text.eq_ignore_ascii_case(yes))
}

/// A key as text, read with YAML 1.1 eyes: a bare `y` is `true`.
fn key(entry: &Entry, sources: &Sources) -> SmolStr {
    let kind = resolve(&entry.key, Dialect::Kubectl);
    if matches!(kind, ScalarKind::Str | ScalarKind::Timestamp) || is_quoted(entry, sources) {
        return entry.key.clone();
    }
    match kind {
        ScalarKind::Null => "null".into(),
        ScalarKind::Bool => {
            if is_yes(&entry.key) {
                "true".into()
            } else {
                "false".into()
            }
        }
        _ => number(&entry.key).into(),
    }
}

/// A kustomization with its keys read so; `None` where that changes nothing.
pub(crate) fn with_keys(node: &Node, sources: &Sources) -> Option<Node> {
    match &node.value {
        Value::Scalar(_) => None,
        Value::Seq(items) => {
            let new: Vec<_> = items.iter().map(|item| with_keys(item, sources)).collect();
            new.iter().any(Option::is_some).then(|| {
                let items =
                    items.iter().zip(new).map(|(old, new)| new.unwrap_or_else(|| old.clone()));
                Node::seq(items.collect(), node.origin.clone())
            })
        }
        Value::Map(entries) => {
            let mut changed = false;
            let entry = |e: &Entry| {
                let key = key(e, sources);
                let value = with_keys(&e.value, sources);
                changed |= key != e.key || value.is_some();
                Entry::new(key, e.key_span, value.unwrap_or_else(|| e.value.clone()))
            };
            let entries: Vec<Entry> = entries.iter().map(entry).collect();
            changed.then(|| Node::map(entries, node.origin.clone()))
        }
    }
}

/// A value read with YAML 1.1 eyes, as kustomize reads JSON patches: `yes` is true.
pub(crate) fn read(node: &Node, sources: &Sources) -> Node {
    let value = match &node.value {
        Value::Scalar(s) => Value::Scalar(scalar(s)),
        Value::Seq(items) => {
            let items: Vec<Node> = items.iter().map(|n| read(n, sources)).collect();
            return Node::seq(items, node.origin.clone());
        }
        Value::Map(entries) => {
            let entry = |e: &Entry| {
                let key = key(e, sources);
                Entry::new(key, e.key_span, read(&e.value, sources))
            };
            return Node::map(entries.iter().map(entry).collect(), node.origin.clone());
        }
    };
    Node { value, origin: node.origin.clone() }
}

fn scalar(scalar: &Scalar) -> Scalar {
    match scalar.kind_for(Dialect::Kubectl) {
        kind if kind == scalar.kind => scalar.clone(),
        ScalarKind::Bool => Scalar::plain(if is_yes(&scalar.text) { "true" } else { "false" }),
        ScalarKind::Str | ScalarKind::Timestamp => Scalar::string(scalar.text.clone()),
        kind => Scalar { kind, ..scalar.clone() },
    }
}
