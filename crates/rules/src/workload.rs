//! Workloads and the pods they make.

use gitops_model::Resource;
use gitops_yaml::Node;

/// Whether the object keeps pods running, so that a change of them is a rollout.
pub(crate) fn runs_on(object: &Resource) -> bool {
    matches!(
        (&*object.gvk.group, &*object.gvk.kind),
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet") | ("argoproj.io", "Rollout")
    )
}

/// How many pods it asks for: 1 where it does not say.
pub(crate) fn replicas(object: &Resource) -> i64 {
    object.at(&["spec", "replicas"]).and_then(Node::as_i64).unwrap_or(1)
}
