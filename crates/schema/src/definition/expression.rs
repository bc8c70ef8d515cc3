//! Names and values as expressions see them.

use gitops_yaml::Node;

use super::schema::{pairing, property};
use crate::{Pairing, Type, identity};

/// A value with its unordered lists in an order of their own.
pub(super) fn sorted(node: &Node, schema: &Node) -> Node {
    if let Some(items) = node.as_seq() {
        let Some(inner) = schema.get("items") else { return node.clone() };
        let mut items: Vec<Node> = items.iter().map(|item| sorted(item, inner)).collect();
        let pairing = pairing(schema);
        if pairing != Pairing::Atomic {
            items.sort_by_cached_key(|item| identity(item, &pairing, &Type::Any));
        }
        return Node::seq(items, node.origin.clone());
    }
    let mut node = node.clone();
    if node.as_map().is_some_and(|entries| !entries.is_empty()) {
        for entry in node.as_map_mut().into_iter().flatten() {
            if let Some(inner) = property(schema, &entry.key) {
                entry.value = sorted(&entry.value, inner);
            }
        }
    }
    node
}

/// The name of a property in expressions (apiserver/pkg/cel/escaping.go `Escape`).
pub(super) fn escaped(name: &str) -> String {
    const RESERVED: [&str; 21] = [
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ];
    if RESERVED.contains(&name) {
        return format!("__{name}__");
    }
    let name = name.replace("__", "__underscores__");
    name.replace('.', "__dot__").replace('-', "__dash__").replace('/', "__slash__")
}
