//! Jobs: the server generates a selector and the labels that it selects by.

use gitops_yaml::Node;

use super::chosen::CHOSEN;
use crate::edit;

/// The labels that hold the identifier of a Job (pkg/registry/batch/job/strategy.go
/// `generateSelector`).
pub(crate) const UID_LABELS: [&str; 2] = ["batch.kubernetes.io/controller-uid", "controller-uid"];

/// The labels that hold the name of a Job.
pub(crate) const NAME_LABELS: [&str; 2] = ["batch.kubernetes.io/job-name", "job-name"];

/// Fills in the selector and the labels, unless the manifest selects by itself. What the new manifest
/// writes out is taken to be what the server generated.
pub(super) fn generate(job: &mut Node, new: &Node) {
    if edit::is_true(job, &["spec", "manualSelector"]) {
        return;
    }
    edit::ensure_map(job, &["spec"], "selector");
    edit::ensure_map(job, &["spec", "selector"], "matchLabels");
    let selected = ["spec", "selector", "matchLabels"];
    let uid = edit::text(new, &[&selected[..], &[UID_LABELS[0]]].concat());
    edit::set_absent(job, &selected, UID_LABELS[0], known(uid));
    edit::ensure_map(job, &["spec", "template"], "metadata");
    edit::ensure_map(job, &["spec", "template", "metadata"], "labels");
    let labels = ["spec", "template", "metadata", "labels"];
    for label in UID_LABELS.iter().chain(&NAME_LABELS) {
        let value = edit::text(new, &[&labels[..], &[label]].concat());
        edit::set_absent(job, &labels, label, known(value));
    }
}

fn known(value: &str) -> &str {
    if value.is_empty() { CHOSEN } else { value }
}
