//! Clusters whose entry point leaves the repository: their controller finds nothing there and stops.

use std::collections::BTreeMap;

use gitops_model::{ClusterState, Problem, ProblemKind, Tree};
use gitops_yaml::SmolStr;

/// The clusters, by name, that start from a folder that is gone, and what becomes of them: what was applied there
/// stays.
#[must_use]
pub fn abandoned(
    before: &[ClusterState],
    after: &[ClusterState],
    head: &dyn Tree,
) -> BTreeMap<SmolStr, Problem> {
    let lives = |name: &SmolStr| after.iter().any(|state| state.cluster.name == *name);
    let gone = before.iter().filter(|state| {
        let cluster = &state.cluster;
        let stands = cluster.path.is_empty() || head.kind(&cluster.path).is_some();
        // A cluster that a hub alone writes to starts nowhere.
        let starts = state.entries().any(|entry| *entry == cluster.name);
        cluster.reached && starts && !stands && !lives(&cluster.name)
    });
    gone.map(|state| (state.cluster.name.clone(), problem(state))).collect()
}

fn problem(state: &ClusterState) -> Problem {
    let (name, path) = (&state.cluster.name, &state.cluster.path);
    let message = format!(
        "`{path}`, from which `{name}` starts, is gone: what follows it there finds nothing and stops; what it \
         applied stays on the cluster, and Kustomizations and Applications among that go on until somebody \
         deletes them",
    );
    let owners = state.units.iter().filter_map(|unit| unit.object.as_ref());
    let mut objects = owners.chain(state.objects().map(|(_, object)| object));
    let place = objects.find_map(|object| Some(object.at(&["metadata", "name"])?.span()));
    let problem = Problem::new(ProblemKind::Abandoned, message, place).help(
        "if the cluster is to go, empty it first; if the folder moves, point its root Kustomization or \
         Application to the new one before the old one goes",
    );
    Problem { root: Some(name.as_str().into()), ..problem }
}
