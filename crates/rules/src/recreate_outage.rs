//! `recreate-outage`: a rollout stops all pods before it starts new ones.

use gitops_model::{Change, Severity};
use gitops_yaml::Node;

use crate::difference::Difference;
use crate::{Check, Draft, Pair, workload};

rule!(
    "recreate-outage",
    Note,
    Check::Change(check),
    "rolls out by stopping every pod first, so there is an outage"
);

fn check(_: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let (Some(old), Some(new)) = (&change.old, &change.new) else { return };
    let Some(why) = stops_all(new) else { return };
    let Some(found) = Difference::at(change, &["spec", "template"]) else { return };
    // With another selector the update is refused, and nothing is rolled out.
    if Difference::at(change, &["spec", "selector"]).is_some() {
        return;
    }
    if workload::replicas(old) == 0 || workload::replicas(new) == 0 {
        return;
    }
    let message = format!(
        "`{}` is rolled out by this change, and {why}: it is away until the new pods are ready",
        new.key
    );
    out.push(found.draft(message).severity(Severity::Note).help(
        "roll it out when that is \
     acceptable, or let it run with more than one replica and `RollingUpdate`",
    ));
}

/// Why no pod runs for a while, where that is so.
fn stops_all(object: &gitops_model::Resource) -> Option<&'static str> {
    let text = |keys: &[&str]| object.at(keys).and_then(Node::text);
    let one = workload::replicas(object) == 1;
    match &*object.gvk.kind {
        "Deployment" if text(&["spec", "strategy", "type"]) == Some("Recreate") => {
            Some("its strategy is `Recreate`")
        }
        "StatefulSet" if one && text(&["spec", "updateStrategy", "type"]) != Some("OnDelete") => {
            Some("its only pod is stopped before the new one starts")
        }
        _ => None,
    }
}
