//! Permissions to name an object of another namespace.

use std::collections::BTreeMap;

use gitops_model::{ClusterState, ObjectKey, Resource};
use gitops_yaml::{Node, SmolStr};

/// The ReferenceGrants of a cluster by their namespace.
pub(crate) struct Grants<'a>(BTreeMap<&'a str, Vec<&'a Resource>>);

impl<'a> Grants<'a> {
    pub(crate) fn of(state: &'a ClusterState) -> Self {
        let mut grants: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
        for (_, object) in state.objects() {
            if object.gvk.is("gateway.networking.k8s.io", "ReferenceGrant") {
                grants.entry(&object.key.namespace).or_default().push(object);
            }
        }
        Self(grants)
    }

    /// The grant that lets `from` name `to`, if one is needed and there.
    pub(crate) fn that_allows(&self, from: &ObjectKey, to: &ObjectKey) -> Option<&'a ObjectKey> {
        if from.group != "gateway.networking.k8s.io" || from.namespace == to.namespace {
            return None;
        }
        let grants = self.0.get(to.namespace.as_str())?;
        grants.iter().find(|grant| allows(grant, from, to)).map(|grant| &grant.key)
    }
}

fn allows(grant: &Resource, from: &ObjectKey, to: &ObjectKey) -> bool {
    let list = |key| grant.at(&["spec", key]).map(Node::items).unwrap_or_default();
    let says = |item: &Node, key: &str, value: &SmolStr| {
        item.get(key).and_then(Node::text).unwrap_or_default() == value
    };
    let source = |item: &Node| {
        says(item, "group", &from.group)
            && says(item, "kind", &from.kind)
            && says(item, "namespace", &from.namespace)
    };
    let target = |item: &Node| {
        let named = item.get("name").is_none() || says(item, "name", &to.name);
        says(item, "group", &to.group) && says(item, "kind", &to.kind) && named
    };
    list("from").iter().any(source) && list("to").iter().any(target)
}
