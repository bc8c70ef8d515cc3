//! What one place of a schema says.

use gitops_yaml::{Node, SmolStr};

use crate::Pairing;

/// The schema of a key: its own, or that of all keys.
pub(super) fn property<'s>(schema: &'s Node, key: &str) -> Option<&'s Node> {
    let own = schema.get("properties").and_then(|properties| properties.get(key));
    own.or_else(|| schema.get("additionalProperties").filter(|values| values.as_map().is_some()))
}

/// How the items of a list are paired by its schema.
#[must_use]
pub fn pairing(schema: &Node) -> Pairing {
    let keys = || -> Vec<SmolStr> {
        let keys = schema.get("x-kubernetes-list-map-keys").map(Node::items).unwrap_or_default();
        keys.iter().filter_map(Node::text).map(SmolStr::from).collect()
    };
    match schema.get("x-kubernetes-list-type").and_then(Node::text) {
        Some("map") => Pairing::Keys(keys()),
        Some("set") => Pairing::Set,
        _ => Pairing::Atomic,
    }
}

/// Whether the schema says `true` of a key.
pub(super) fn flag(schema: &Node, key: &str) -> bool {
    schema.get(key).and_then(Node::as_bool) == Some(true)
}
