//! CustomResourceDefinitions, as rules ask about them.

use gitops_model::{Change, Resource};
use gitops_yaml::Node;

/// A definition before and after.
pub(crate) fn both(change: &Change) -> Option<(&Resource, &Resource)> {
    let (old, new) = (change.old.as_deref()?, change.new.as_deref()?);
    new.gvk.is("apiextensions.k8s.io", "CustomResourceDefinition").then_some((old, new))
}

/// The kind that it defines.
pub(crate) fn kind(definition: &Resource) -> &str {
    text(definition, &["spec", "names", "kind"])
}

/// The group of that kind.
pub(crate) fn group(definition: &Resource) -> &str {
    text(definition, &["spec", "group"])
}

/// Its versions.
pub(crate) fn versions(definition: &Resource) -> impl Iterator<Item = &Node> {
    definition.at(&["spec", "versions"]).map_or(&[][..], Node::items).iter()
}

/// Whether a version says yes to `served` or `storage`.
pub(crate) fn is(version: &Node, flag: &str) -> bool {
    version.get(flag).and_then(Node::as_bool) == Some(true)
}

/// The name of the version that objects are stored in.
pub(crate) fn stored(definition: &Resource) -> Option<&str> {
    versions(definition).find(|v| is(v, "storage"))?.get("name")?.text()
}

fn text<'r>(definition: &'r Resource, keys: &[&str]) -> &'r str {
    definition.at(keys).and_then(Node::text).unwrap_or_default()
}
