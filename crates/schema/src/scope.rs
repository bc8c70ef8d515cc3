//! Which kinds live in no namespace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use gitops_model::ObjectKey;
use gitops_yaml::SmolStr;

/// Whether the objects of a kind live in no namespace; false for kinds that are not known.
#[must_use]
pub fn is_cluster_scoped(group: &str, kind: &str) -> bool {
    static KINDS: OnceLock<BTreeMap<SmolStr, BTreeSet<SmolStr>>> = OnceLock::new();
    let kinds = KINDS
        .get_or_init(|| serde_json::from_str(crate::tables::CLUSTER_SCOPED).unwrap_or_default());
    kinds.get(group).is_some_and(|kinds| kinds.contains(kind))
}

/// The key under which the API server holds an object: without a namespace where its kind has none, and
/// without `default`, which is what no namespace means for the others.
///
/// ```
/// use gitops_model::ObjectKey;
/// use gitops_schema::stored_key;
/// let issuer = ObjectKey::new("cert-manager.io", "ClusterIssuer", "cert-manager", "acme");
/// assert_eq!(stored_key(&issuer).namespace, "");
/// let pod = |namespace: &str| ObjectKey::new("", "Pod", namespace, "web");
/// assert_eq!(stored_key(&pod("default")), stored_key(&pod("")));
/// ```
#[must_use]
pub fn stored_key(key: &ObjectKey) -> ObjectKey {
    let nowhere = key.namespace == "default" || is_cluster_scoped(&key.group, &key.kind);
    let namespace = if nowhere { SmolStr::default() } else { key.namespace.clone() };
    ObjectKey { namespace, ..key.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_well_formed() {
        serde_json::from_str::<BTreeMap<String, BTreeSet<String>>>(crate::tables::CLUSTER_SCOPED)
            .expect("well formed");
        assert!(is_cluster_scoped("", "Namespace") && !is_cluster_scoped("", "Pod"));
    }
}
