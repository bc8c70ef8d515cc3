//! Jobs: the server generates a selector and the labels that it selects by.

use gitops_yaml::Node;

use crate::edit;

/// The labels that the server adds to the template of a Job (pkg/registry/batch/job/strategy.go
/// `generateSelector`).
pub(crate) const GENERATED_LABELS: [&str; 4] = [
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
    "controller-uid",
    "job-name",
];

/// Stands for a value that only the server knows.
const GENERATED: &str = "<generated>";

/// Fills in the selector and the labels, unless the manifest selects by itself.
pub(super) fn generate(job: &mut Node) {
    if edit::is_true(job, &["spec", "manualSelector"]) {
        return;
    }
    edit::ensure_map(job, &["spec"], "selector");
    edit::ensure_map(job, &["spec", "selector"], "matchLabels");
    edit::set_absent(job, &["spec", "selector", "matchLabels"], GENERATED_LABELS[0], GENERATED);
    edit::ensure_map(job, &["spec", "template"], "metadata");
    edit::ensure_map(job, &["spec", "template", "metadata"], "labels");
    for label in GENERATED_LABELS {
        edit::set_absent(job, &["spec", "template", "metadata", "labels"], label, GENERATED);
    }
}
