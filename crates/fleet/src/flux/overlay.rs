//! Text that was written again, laid over the tree that it came from, so that what did not change keeps
//! its origin.

use gitops_yaml::{
    Dialect, Entry, Exposure, Node, Origin, PrintOptions, Scalar, ScalarKind, Value,
};

/// How a tree is written to be read again. Lines are not folded: to the reader that changes nothing.
pub(super) const TEXT: PrintOptions = PrintOptions { width: usize::MAX, ..PrintOptions::KUSTOMIZE };

/// What writes text again.
pub(super) trait Rewriter {
    /// Whether a text may be changed.
    fn touches(&self, text: &str) -> bool;
    /// What a key becomes.
    fn key(&self, key: &str) -> Option<String>;
    /// A text of the new tree as it is shown, and whether its value is known.
    fn shown(&self, text: &str) -> (String, bool);
    /// The history of a value that was changed.
    fn origin(&self, old: &Node) -> Origin;
    /// Whether a value that was changed may be shown.
    fn exposure(&self, old: &Node) -> Exposure;
}

/// Whether anything in a node may be changed.
pub(super) fn touches(rewriter: &dyn Rewriter, node: &Node) -> bool {
    match &node.value {
        Value::Scalar(s) => rewriter.touches(&s.text),
        Value::Seq(items) => items.iter().any(|n| touches(rewriter, n)),
        Value::Map(entries) => {
            entries.iter().any(|e| rewriter.touches(&e.key) || touches(rewriter, &e.value))
        }
    }
}

/// The new tree, with the old one's origins where a value did not change.
pub(super) fn overlay(rewriter: &dyn Rewriter, old: &Node, new: &Node) -> Node {
    match (&old.value, &new.value) {
        _ if !touches(rewriter, old) => old.clone(),
        (Value::Map(entries), Value::Map(_)) => {
            let pair = |entry: &Entry| {
                let key = rewriter.key(&entry.key)?;
                let value = overlay(rewriter, &entry.value, new.get(&key)?);
                Some(Entry::new(rewriter.shown(&key).0, entry.key_span, value))
            };
            let entries: Option<Vec<Entry>> = entries.iter().map(pair).collect();
            match entries.filter(|e| e.len() == new.entries().len()) {
                Some(entries) => Node::map(entries, old.origin.clone()),
                None => adopt(rewriter, new, &rewriter.origin(old), rewriter.exposure(old)),
            }
        }
        (Value::Seq(olds), Value::Seq(news)) if olds.len() == news.len() => {
            let items =
                olds.iter().zip(news.iter()).map(|(o, n)| overlay(rewriter, o, n)).collect();
            Node::seq(items, old.origin.clone())
        }
        _ => adopt(rewriter, new, &rewriter.origin(old), rewriter.exposure(old)),
    }
}

/// A new tree, all of it written by `origin`.
pub(super) fn adopt(
    rewriter: &dyn Rewriter,
    new: &Node,
    origin: &Origin,
    exposure: Exposure,
) -> Node {
    match &new.value {
        Value::Scalar(old) => Node::scalar(scalar(rewriter, old, exposure), origin.clone()),
        Value::Seq(items) => {
            let items = items.iter().map(|n| adopt(rewriter, n, origin, exposure)).collect();
            Node::seq(items, origin.clone())
        }
        Value::Map(entries) => {
            let adopt = |e: &Entry| {
                let value = adopt(rewriter, &e.value, origin, exposure);
                Entry::new(rewriter.shown(&e.key).0, origin.span, value)
            };
            Node::map(entries.iter().map(adopt).collect(), origin.clone())
        }
    }
}

/// A scalar as the controllers' decoder takes it.
fn scalar(rewriter: &dyn Rewriter, scalar: &Scalar, exposure: Exposure) -> Scalar {
    let (text, is_known) = rewriter.shown(&scalar.text);
    if !is_known {
        let exposure = exposure.max(Exposure::Unknown);
        return Scalar { exposure, ..Scalar::string(text) };
    }
    let kind = scalar.kind_for(Dialect::Kubectl);
    let text = if kind == ScalarKind::Bool { bool_text(&text).into() } else { scalar.text.clone() };
    Scalar { text, kind, style: scalar.style, exposure }
}

/// The booleans of YAML 1.1 as JSON writes them.
fn bool_text(text: &str) -> &'static str {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => "true",
        _ => "false",
    }
}
