//! `pod-labels-changed`: the labels of pods change and nothing else of them does, so all are replaced for that.

use gitops_graph::restart;
use gitops_model::{Change, FieldPath};

use crate::difference::Difference;
use crate::{Check, Draft, Pair, wording, workload};

rule!(
    "pod-labels-changed",
    Note,
    Check::Change(check),
    "changes nothing of pods but their labels, which replaces them all"
);

const LABELS: [&str; 4] = ["spec", "template", "metadata", "labels"];

/// Pods that are replaced anyway, as by a new image, are no news; what loses them is told by `selection-lost`.
fn check(_: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let object = change.object();
    // With another selector it is another workload, and refused as such.
    if !workload::runs_on(object) || Difference::at(change, &["spec", "selector"]).is_some() {
        return;
    }
    let Some(found) = Difference::at(change, &LABELS) else { return };
    let labels = FieldPath::keys(&LABELS);
    if restart(change).is_none_or(|r| r.because.iter().any(|p| !p.0.starts_with(&labels.0))) {
        return;
    }
    let (before, after) = wording::values(found.before, found.after);
    let message = format!(
        "the pods of `{}` get other labels and nothing else new, {} instead of {}: all of them are replaced",
        object.key, after, before,
    );
    out.push(
        found.draft(message).help(
            "put labels that only describe on the object: `labels` without `includeTemplates`",
        ),
    );
}
