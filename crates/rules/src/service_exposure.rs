//! `service-exposure`: a Service is reached in another way.

use gitops_model::{Change, Severity};

use crate::difference::Difference;
use crate::{Check, Draft, Pair};

rule!(
    "service-exposure",
    Warning,
    Check::Change(check),
    "changes how a Service is reached, so an address is lost or opened"
);

fn check(_: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    if !change.object().gvk.is("", "Service") {
        return;
    }
    let Some(found) = Difference::at(change, &["spec", "type"]) else { return };
    let name = |text| Some(text).filter(|t: &&str| !t.is_empty()).unwrap_or("ClusterIP");
    let (before, after) = (name(found.texts().0), name(found.texts().1));
    let what = match (before, after) {
        (same, other) if same == other => return,
        ("LoadBalancer", _) => "its external address is released and may not come back",
        (_, "ExternalName") => "its address goes, and its name leads out of the cluster",
        ("NodePort", _) => "its port on every node is released",
        ("ExternalName", _) => "its name leads to an address in the cluster",
        (_, "LoadBalancer") => "it gets an address outside the cluster",
        _ => "it is opened on a port of every node",
    };
    let opened = matches!(after, "LoadBalancer" | "NodePort") && before != "LoadBalancer";
    let message = format!("`{}` changes from `{before}` to `{after}`: {what}", change.key);
    let severity = if opened { Severity::Note } else { Severity::Warning };
    out.push(found.draft(message).severity(severity).help(
        "add a second Service of the new type, move its users over, and remove this one last",
    ));
}
