//! `pod-labels-changed`: the labels of pods change, so all of them are replaced.

use gitops_model::Change;

use crate::difference::Difference;
use crate::{Check, Draft, Pair, wording, workload};

rule!(
    "pod-labels-changed",
    Note,
    Check::Change(check),
    "changes the labels of pods, which replaces them all and may move them out of reach"
);

fn check(_: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let object = change.object();
    // With another selector it is another workload, and refused as such.
    if !workload::runs_on(object) || Difference::at(change, &["spec", "selector"]).is_some() {
        return;
    }
    let Some(found) = Difference::at(change, &["spec", "template", "metadata", "labels"]) else {
        return;
    };
    let (before, after) = wording::values(found.before, found.after);
    let message = format!(
        "the pods of `{}` get other labels, {} instead of {}: all of them are replaced, and \
         what selects them by the old labels loses them",
        object.key, after, before,
    );
    out.push(
        found.draft(message).help(
            "put labels that only describe on the object: `labels` without `includeTemplates`",
        ),
    );
}
