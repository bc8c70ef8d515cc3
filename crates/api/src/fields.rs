//! Reading fields of an object.

use gitops_model::{Resource, SourceRef};
use gitops_yaml::{Node, SmolStr};

/// The value below `spec`.
pub(crate) fn spec<'a>(object: &'a Resource, path: &[&str]) -> Option<&'a Node> {
    object.at(&["spec"])?.at(path).filter(|n| !n.is_null())
}

/// The text of a scalar below `spec`, if it is not empty.
pub(crate) fn text<'a>(object: &'a Resource, path: &[&str]) -> Option<&'a str> {
    spec(object, path)?.text().filter(|t| !t.is_empty())
}

/// A boolean below `spec`; false where it is absent.
pub(crate) fn flag(object: &Resource, path: &[&str]) -> bool {
    spec(object, path).and_then(Node::as_bool).unwrap_or_default()
}

/// The items of a list below `spec`.
pub(crate) fn items<'a>(object: &'a Resource, path: &[&str]) -> &'a [Node] {
    spec(object, path).map(Node::items).unwrap_or_default()
}

/// The text of a field of a map.
pub(crate) fn field<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key)?.text().filter(|t| !t.is_empty())
}

/// The namespace of an object; `default` where it names none.
pub(crate) fn namespace(object: &Resource) -> SmolStr {
    if object.key.namespace.is_empty() { "default".into() } else { object.key.namespace.clone() }
}

/// Reads a reference to a source; its namespace is that of the object where it names none.
pub(crate) fn source_ref(owner: &Resource, node: &Node) -> Option<SourceRef> {
    Some(SourceRef {
        kind: field(node, "kind")?.into(),
        namespace: field(node, "namespace").map_or_else(|| namespace(owner), Into::into),
        name: field(node, "name")?.into(),
    })
}
