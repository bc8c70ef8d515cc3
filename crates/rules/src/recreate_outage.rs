//! `recreate-outage`: a rollout leaves no pod running for a while.

use gitops_graph::{Outage, restart};
use gitops_model::{Action, Change};

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
    // With another selector the update is refused, and nothing is rolled out.
    let refused = Difference::at(change, &["spec", "selector"]).is_some();
    let idle = workload::replicas(old) == 0 || workload::replicas(new) == 0;
    if refused || idle || change.action == Action::Recreated {
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
