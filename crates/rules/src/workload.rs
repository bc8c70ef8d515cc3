//! Workloads and the pods they make.

use gitops_model::Resource;
use gitops_yaml::Node;

/// Where the pod template of a kind stands; `None` for kinds that make no pods.
pub(crate) fn template_keys(object: &Resource) -> Option<&'static [&'static str]> {
    match (&*object.gvk.group, &*object.gvk.kind) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("batch", "Job")
        | ("argoproj.io", "Rollout") => Some(&["spec", "template"]),
        ("batch", "CronJob") => Some(&["spec", "jobTemplate", "spec", "template"]),
        _ => None,
    }
}

/// The pod template, if the object has one.
pub(crate) fn template(object: &Resource) -> Option<&Node> {
    object.at(template_keys(object)?)
}

/// The containers of a pod template, those that run first among them.
pub(crate) fn containers(template: &Node) -> impl Iterator<Item = &Node> {
    let lists = ["initContainers", "containers"];
    lists.into_iter().filter_map(|l| template.at(&["spec", l])).flat_map(Node::items)
}

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
