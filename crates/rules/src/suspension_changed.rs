//! `suspension-changed`: something is switched off, or on again.

use gitops_model::{Change, Severity};

use crate::difference::Difference;
use crate::{Check, Draft, Pair};

rule!(
    "suspension-changed",
    Warning,
    Check::Change(check),
    "suspends or resumes what keeps a cluster up to date"
);

fn check(_: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let object = change.object();
    if !(object.gvk.group.ends_with("toolkit.fluxcd.io") || object.gvk.is("batch", "CronJob")) {
        return;
    }
    let Some(found) = Difference::at(change, &["spec", "suspend"]) else { return };
    let was = found.texts().0 == "true";
    let is = found.texts().1 == "true";
    let (severity, message) = match (was, is) {
        (false, true) => (
            Severity::Warning,
            format!(
                "`{}` is suspended: nothing that changes reaches the cluster through it, \
             drift stays, and nothing is pruned until it is resumed",
                object.key
            ),
        ),
        (true, false) => (
            Severity::Note,
            format!(
                "`{}` is resumed: everything that changed since it was suspended takes \
             effect at once",
                object.key
            ),
        ),
        _ => return,
    };
    out.push(found.draft(message).severity(severity));
}
