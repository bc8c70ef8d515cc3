//! Objects that leave files which nothing in the repository applies.

use std::collections::BTreeSet;

use gitops_model::{ClusterState, ObjectKey, Problem, ProblemKind, Resource, Tree};
use gitops_yaml::{Node, Sources};

use crate::Changed;
use crate::files::{is_within, load};
use crate::uninstalled::chart_around;

/// Kinds whose objects go on running, holding or applying something where they were applied by hand.
const FELT: &[(&str, &[&str])] = &[
    ("", &["Namespace", "PersistentVolume", "PersistentVolumeClaim", "Service"]),
    ("apps", &["StatefulSet", "Deployment", "DaemonSet"]),
    ("batch", &["CronJob"]),
    ("storage.k8s.io", &["StorageClass"]),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("kustomize.toolkit.fluxcd.io", &["Kustomization"]),
    ("helm.toolkit.fluxcd.io", &["HelmRelease"]),
    ("argoproj.io", &["Application", "ApplicationSet"]),
];

/// Objects that stand in a changed file of the base and in none of the head, and that no cluster of either state is
/// given: where they were applied by hand they stay.
#[must_use]
pub fn unapplied(
    base: &Changed<'_>,
    head: &Changed<'_>,
    sources: &Sources,
    states: &[&ClusterState],
) -> Vec<Problem> {
    let before =
        base.paths.iter().filter(|p| chart_around(base.tree, p).is_none() && !is_broken(states, p));
    let going: Vec<_> = before.flat_map(|path| objects(base.tree, path, sources)).collect();
    if going.is_empty() {
        return Vec::new();
    }
    let after = head.paths.iter().flat_map(|path| objects(head.tree, path, sources));
    let stay: BTreeSet<ObjectKey> = after.map(|object| object.key).collect();
    let given: BTreeSet<(&str, &str)> = states
        .iter()
        .flat_map(|state| state.objects())
        .map(|(_, object)| (object.key.kind.as_str(), object.key.name.as_str()))
        .collect();
    // A kustomization may have given it a prefix or a suffix.
    let is_given = |key: &ObjectKey| {
        given.iter().any(|(kind, name)| *kind == key.kind && name.contains(key.name.as_str()))
    };
    let gone = going.iter().filter(|o| !stay.contains(&o.key) && !is_given(&o.key));
    gone.map(problem).collect()
}

fn problem(object: &Resource) -> Problem {
    let key = &object.key;
    let place =
        if key.namespace.is_empty() { String::new() } else { format!(" -n {}", key.namespace) };
    let message = format!(
        "`{key}` leaves the repository, and nothing in it applies the object: where it was applied by hand it stays",
    );
    let name = object.at(&["metadata", "name"]).map(Node::span);
    Problem::new(ProblemKind::NotApplied, message, name).on(object).help(format!(
        "look with `kubectl get {} {}{place}`, and delete it by hand if it should go",
        key.kind.to_lowercase(),
        key.name
    ))
}

/// The objects of a file whose kinds are felt.
fn objects(tree: &dyn Tree, path: &str, sources: &Sources) -> Vec<Resource> {
    let Ok(file) = load(sources, tree, path) else { return Vec::new() };
    let is_felt = |object: &Resource| {
        let gvk = &object.gvk;
        FELT.iter().any(|(group, kinds)| gvk.group == *group && kinds.contains(&gvk.kind.as_str()))
    };
    let documents = file.documents.iter().filter(|d| d.get("apiVersion").is_some());
    documents.filter_map(|d| Resource::new(d.clone())).filter(is_felt).collect()
}

/// Whether a file is below a folder that could not be rendered, and may be part of what it gives.
fn is_broken(states: &[&ClusterState], path: &str) -> bool {
    let mut units = states.iter().flat_map(|state| &state.units);
    units.any(|unit| unit.inputs.is_none() && is_within(path, &unit.path))
}
