//! `recreate-outage`: a rollout leaves no pod running for a while.

use gitops_graph::{Outage, restart};
use gitops_model::{Action, Change, Environment, Resource};
use gitops_yaml::Node;

use crate::difference::Difference;
use crate::{Check, Draft, Pair, workload};

rule!(
    "recreate-outage",
    Note,
    Check::Change(check),
    "rolls out by stopping every pod first, so there is an outage"
);

fn check(pair: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let (Some(old), Some(new)) = (&change.old, &change.new) else { return };
    // With another selector the update is refused, and nothing is rolled out.
    let refused = Difference::at(change, &["spec", "selector"]).is_some();
    let idle = workload::replicas(old) == 0 || workload::replicas(new) == 0;
    let in_production = pair.after.cluster.cluster.environment == Environment::Production;
    if refused || idle || change.action == Action::Recreated || !in_production && is_chosen(new) {
        return;
    }
    let Some(Outage::Certain(why)) = restart(change).map(|r| r.outage) else { return };
    let Some(found) = Difference::at(change, &["spec", "template"]) else { return };
    let message = format!(
        "`{}` is rolled out by this change, and {why}: it is away until the new pods are ready",
        new.key
    );
    out.push(found.draft(message).help(
        "roll it out when that is acceptable, or let it run with more than one replica and \
         `RollingUpdate`",
    ));
}

/// Whether one pod is all there is to stop: `Recreate`, or a StatefulSet, says so for volumes that only one pod can
/// hold. Outside production that is how the workload is meant.
fn is_chosen(object: &Resource) -> bool {
    let strategy = object.at(&["spec", "strategy", "type"]).and_then(Node::text);
    workload::replicas(object) == 1
        && (strategy == Some("Recreate") || object.gvk.is("apps", "StatefulSet"))
}
