//! `object-removed`: an object goes whose removal is felt elsewhere, or leaves something behind.

use gitops_model::{Apply, Severity};

use crate::removal::{self, Removed, aftermath};
use crate::{Check, Draft, Pair, wording, write};

rule!(
    "object-removed",
    Warning,
    Check::Pair(check),
    "deletes an object that others feel, or that leaves something behind"
);

/// Kinds whose removal has a rule of its own.
const ELSEWHERE: [&str; 7] = [
    "Namespace",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "Kustomization",
    "HelmRelease",
    "Application",
    "ApplicationSet",
];

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    for removed in removal::gone_for_good(pair) {
        let object = removed.object;
        let Some(row) = aftermath(object) else {
            out.extend(held(&removed));
            continue;
        };
        let message = format!("{}: {}", removed.deletes_it(), row.follows);
        let stays =
            row.stays.as_ref().map_or_else(String::new, |what| format!("; behind stay {what}"));
        let draft = removed.draft(message).severity(row.severity).help(format!(
            "to keep it, first commit {} on it and wait until that is live{stays}; to see that it is \
             gone, and what is left: `{}`",
            removed.guard(),
            row.proof(object),
        ));
        let lost = row.lost || write::holds_data(object);
        out.push(if lost { draft.apply(Apply::DataLoss) } else { draft });
    }
}

/// An object whose deletion waits for someone, whatever else it is.
fn held(removed: &Removed<'_>) -> Option<Draft> {
    let object = removed.object;
    let told = ELSEWHERE.contains(&&*object.gvk.kind) || !removal::is_held(object);
    (!told).then(|| {
        removed.draft(removed.deletes_it()).severity(Severity::Note).help(format!(
            "`{}` shows whether it is gone; what its controller made outside the cluster goes before it",
            wording::get(&object.key)
        ))
    })
}
