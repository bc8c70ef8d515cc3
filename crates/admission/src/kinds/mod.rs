//! What the server fills into live objects, and keeps of them on an update, kind by kind.

mod chosen;
mod claim;
mod gated;
mod job;
mod pod;
mod secret;
mod service;

pub(crate) use chosen::is_chosen;
pub(crate) use claim::{class_of, is_bound};
pub(crate) use job::{NAME_LABELS, UID_LABELS};
pub(crate) use service::{Settled, family_of, is_headless, needs_health_check, settle};

use gitops_yaml::Node;

use crate::Update;
use crate::edit;

/// Fills in what the server did when the object was created.
pub(crate) fn fill(live: &mut Node, update: &Update<'_>) {
    match kind(update) {
        ("", "Service") => service::allocate(live),
        ("", "PersistentVolumeClaim") => claim::fill(live, update),
        ("", "Pod") => {
            pod::prioritise(live);
            pod::tolerate(live);
        }
        ("", "Secret") => secret::merge_string_data(live),
        ("", "Node") => node_cidrs(live),
        ("batch", "Job") => job::generate(live, &update.new.body),
        _ => {}
    }
    gated::drop(live, update);
}

/// Restores and rewrites what the server does on an update, before it validates.
pub(crate) fn restore(stored: &mut Node, live: &Node, update: &Update<'_>) {
    match kind(update) {
        ("", "Service") => service::restore(stored, live),
        ("", "PersistentVolumeClaim") => claim::normalise(stored),
        ("", "Pod") => {
            pod::keep_priority(stored, live);
            pod::tolerate(stored);
        }
        ("", "Secret") => secret::merge_string_data(stored),
        ("", "Node") => node_cidrs(stored),
        _ => {}
    }
    gated::drop(stored, update);
}

fn kind<'a>(update: &Update<'a>) -> (&'a str, &'a str) {
    (&update.new.gvk.group, &update.new.gvk.kind)
}

/// `podCIDR` is the first of `podCIDRs`, and wins where they differ
/// (pkg/apis/core/v1/conversion.go `Convert_v1_NodeSpec_To_core_NodeSpec`).
fn node_cidrs(node: &mut Node) {
    let (one, many) =
        (edit::text(node, &["spec", "podCIDR"]), edit::list(node, &["spec", "podCIDRs"]));
    if !one.is_empty() && many.first().is_none_or(|first| first != one) {
        let cidrs = edit::texts(node, &[one.to_owned()]);
        edit::put(node, &["spec"], "podCIDRs", Some(cidrs));
    }
}
