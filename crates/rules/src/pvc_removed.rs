//! `pvc-removed`: a claim goes, and the data on its volume with it.

use gitops_model::Apply;
use gitops_yaml::Node;

use crate::{Check, Draft, Pair, removal};

rule!(
    "pvc-removed",
    Error,
    Check::Pair(check),
    "deletes a volume claim, and with it the data unless the volume is retained"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    for removed in removal::removed(pair, "", "PersistentVolumeClaim") {
        let class = removed.object.at(&["spec", "storageClassName"]).and_then(Node::text);
        if class.is_some_and(|class| retains(pair, class)) {
            continue;
        }
        let message = format!(
            "{}: with a reclaim policy of `Delete`, the default of dynamic volumes, the data is \
             destroyed as soon as no pod uses it",
            removed.deletes_it(),
        );
        let help = format!(
            "keep the claim; or first set `persistentVolumeReclaimPolicy: Retain` on its \
             volume, or commit {} on the claim, and wait until that is live",
            removed.guard(),
        );
        out.push(removed.draft(message).apply(Apply::DataLoss).help(help));
    }
}

/// Whether the repository's own class of that name keeps volumes.
fn retains(pair: &Pair<'_>, class: &str) -> bool {
    let Some(before) = &pair.before else { return false };
    before.of_kind("storage.k8s.io", "StorageClass").any(|c| {
        c.key.name == class && c.at(&["reclaimPolicy"]).and_then(Node::text) == Some("Retain")
    })
}
