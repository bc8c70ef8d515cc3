//! `pvc-removed`: a claim goes, and the data on its volume with it.

use gitops_model::{Apply, ObjectKey, Resource};
use gitops_yaml::Node;

use crate::{Check, Draft, Pair, State, removal};

rule!(
    "pvc-removed",
    Error,
    Check::Pair(check),
    "deletes a volume claim, and with it the data unless the volume is retained"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    for removed in removal::removed(pair, "", "PersistentVolumeClaim") {
        if pair.before.as_ref().is_some_and(|before| retains(before, removed.object)) {
            continue;
        }
        let message = format!(
            "{}: with a reclaim policy of `Delete`, the default of dynamic volumes, the data is \
             destroyed as soon as no pod uses it",
            removed.deletes_it(),
        );
        let help = format!(
            "keep the claim; or first set `persistentVolumeReclaimPolicy: Retain` on its \
             volume, or commit {} on the claim, and wait until that is live; a retained volume stays \
             behind as `Released`, and `kubectl get pv,pvc -A` shows what is gone",
            removed.guard(),
        );
        out.push(removed.draft(message).apply(Apply::DataLoss).help(help));
    }
}

/// Whether the claim's volume stays without it, as the volume itself or else its class says.
fn retains(before: &State<'_>, claim: &Resource) -> bool {
    let policy = |group: &str, kind: &str, name: &str, path: &[&str]| {
        let name = claim.at(&["spec", name]).and_then(Node::text)?;
        let (_, object) = before.object(&ObjectKey::new(group, kind, "", name))?;
        Some(object.at(path).and_then(Node::text) == Some("Retain"))
    };
    let volume = ["spec", "persistentVolumeReclaimPolicy"];
    policy("", "PersistentVolume", "volumeName", &volume)
        .or_else(|| {
            policy("storage.k8s.io", "StorageClass", "storageClassName", &["reclaimPolicy"])
        })
        .unwrap_or(false)
}
