//! Persistent volumes.

use gitops_schema::Immutable;
use gitops_yaml::Node;

use crate::edit::same;
use crate::judged::Judged;
use crate::{Refusal, edit};

/// The fields of the spec that are not the volume's source.
const NOT_SOURCE: [&str; 9] = [
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

/// The source changes; a CSI driver's secret for expansion may be set once.
pub(super) fn source(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let source = |node: &Node| {
        let mut spec = node.get("spec").cloned().unwrap_or_else(|| Node::null(node.origin.clone()));
        for key in NOT_SOURCE {
            spec.remove(key);
        }
        spec
    };
    let (live, mut stored) = (source(&judged.live), source(&judged.stored));
    if live.get("csi").is_some() && live.at(&["csi", "controllerExpandSecretRef"]).is_none() {
        edit::put(&mut stored, &["csi"], "controllerExpandSecretRef", None);
    }
    let keys = live.entries().iter().chain(stored.entries()).map(|e| e.key.as_str());
    let changed = keys.filter(|key| !same(live.get(key), stored.get(key))).min();
    changed.map(|key| judged.refuse(row, &["spec", key])).into_iter().collect()
}

/// Labels of zones and instance types that were renamed when they became stable
/// (pkg/apis/core/validation/validation.go `betaToGALabel`).
const RENAMED: [(&str, &str); 5] = [
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
];

/// The affinity changes once it is set, labels renamed to their stable names aside.
pub(super) fn node_affinity(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let keys = row.keys();
    let live = judged.live.at(&keys);
    let equal = match (live, judged.stored.at(&keys)) {
        (Some(old), Some(new)) => same_but_renamed(old, new),
        (old, _) => old.is_none(),
    };
    judged.refuse_if(!equal, row)
}

fn same_but_renamed(old: &Node, new: &Node) -> bool {
    match (old.as_seq(), new.as_seq(), old.as_map(), new.as_map()) {
        (Some(a), Some(b), ..) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_but_renamed(a, b))
        }
        (.., Some(a), Some(b)) => {
            a.len() == b.len()
                && a.iter().all(|entry| {
                    new.get(&entry.key).is_some_and(|other| {
                        let renamed = (entry.value.text(), other.text());
                        let renamed = RENAMED.iter().any(|(o, n)| renamed == (Some(o), Some(n)));
                        entry.key == "key" && renamed || same_but_renamed(&entry.value, other)
                    })
                })
        }
        _ => old.same(new),
    }
}
