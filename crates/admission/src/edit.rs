//! Small edits of objects. What is written carries the origin of the node it is written into.

use gitops_yaml::{Entry, Node};

/// Sets a text where none stands. Nothing happens where the parent is no map.
pub(crate) fn set_absent(node: &mut Node, parent: &[&str], key: &str, text: &str) {
    if let Some(parent) = node.at_mut(parent)
        && parent.get(key).is_none()
    {
        let value = Node::string(text, parent.origin.clone());
        parent.set(Entry::new(key, parent.span(), value));
    }
}

/// Makes a key hold what another object holds there, or nothing if that holds nothing.
pub(crate) fn copy(node: &mut Node, from: &Node, parent: &[&str], key: &str) {
    let value = from.at(parent).and_then(|parent| parent.get(key)).cloned();
    put(node, parent, key, value);
}

/// Sets or removes a key.
pub(crate) fn put(node: &mut Node, parent: &[&str], key: &str, value: Option<Node>) {
    let Some(parent) = node.at_mut(parent) else { return };
    match value {
        Some(value) => {
            parent.set(Entry::new(key, parent.span(), value));
        }
        None => {
            parent.remove(key);
        }
    }
}

/// Sets a map where none stands.
pub(crate) fn ensure_map(node: &mut Node, parent: &[&str], key: &str) {
    if let Some(parent) = node.at_mut(parent)
        && parent.get(key).is_none()
    {
        let value = Node::map(Vec::new(), parent.origin.clone());
        parent.set(Entry::new(key, parent.span(), value));
    }
}

/// A list of texts.
pub(crate) fn texts(like: &Node, items: &[String]) -> Node {
    let items = items.iter().map(|text| Node::string(text.as_str(), like.origin.clone()));
    Node::seq(items.collect(), like.origin.clone())
}

/// The texts of a list.
pub(crate) fn list(node: &Node, keys: &[&str]) -> Vec<String> {
    let items = node.at(keys).map(Node::items).unwrap_or_default();
    items.iter().filter_map(Node::text).map(str::to_owned).collect()
}

/// The text at a path, or nothing.
pub(crate) fn text<'n>(node: &'n Node, keys: &[&str]) -> &'n str {
    node.at(keys).and_then(Node::text).unwrap_or_default()
}

/// Whether the value at a path is `true`.
pub(crate) fn is_true(node: &Node, keys: &[&str]) -> bool {
    node.at(keys).and_then(Node::as_bool) == Some(true)
}

/// Whether two values that may be absent are the same.
pub(crate) fn same(a: Option<&Node>, b: Option<&Node>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.same(b),
        (None, None) => true,
        _ => false,
    }
}
