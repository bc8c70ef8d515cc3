//! From what an entry point leads to, to the states of its cluster and of those it applies to.

use std::collections::BTreeMap;

use gitops_model::{Cluster, ClusterState, Source, SourceRef, Unit};
use gitops_yaml::SmolStr;

use super::build::Built;
use super::cluster::Walk;
use super::entry::Entry;
use super::followed::{Files, Met};
use crate::names::environment;
use crate::source::Addresses;
use crate::{World, charts};

/// Follows an entry: its own cluster first, then those that it applies to through a kubeconfig.
pub(crate) fn states(world: &World, entry: &Entry, here: &Addresses) -> Vec<ClusterState> {
    let walk = entry.walk(world, here);
    let mut by_cluster: BTreeMap<SmolStr, Vec<&Built>> = BTreeMap::new();
    by_cluster.insert(entry.name.clone(), Vec::new());
    let Walk { units, sources, .. } = &walk;
    for built in units.iter() {
        let remote = built.definition.view().and_then(|v| v.remote_cluster());
        let name = match remote {
            Some(remote) => {
                format!("{}/{}/{remote}", entry.name, built.definition.namespace).into()
            }
            None => entry.name.clone(),
        };
        by_cluster.entry(name).or_default().push(built);
    }
    let state = |(name, units): (_, Vec<&Built>)| {
        let cluster = cluster(world, name, entry);
        gather(world, entry, cluster, &units, sources)
    };
    by_cluster.into_iter().map(state).collect()
}

fn cluster(world: &World, name: SmolStr, entry: &Entry) -> Cluster {
    let mut named = world.config.clusters.iter().filter(|c| c.name.value == name);
    let by_path = || world.config.cluster(&name, &entry.path).filter(|_| name == entry.name);
    let configured = named.next().or_else(by_path);
    Cluster {
        environment: configured
            .and_then(|c| c.environment.clone())
            .unwrap_or_else(|| environment(&name, &entry.path)),
        version: configured.and_then(|c| c.kubernetes_version),
        name,
        path: entry.path.clone(),
        reached: true,
    }
}

fn gather(
    world: &World,
    entry: &Entry,
    cluster: Cluster,
    units: &[&Built],
    followed: &Met,
) -> ClusterState {
    let files = |source: &SourceRef| followed.get(source).map(|f| &f.files);
    let (mut problems, mut unchecked) = (Vec::new(), Vec::new());
    let mut kept: Vec<Unit> = Vec::with_capacity(units.len());
    let mut releases = Vec::new();
    for built in units {
        let mut gaps = built.unchecked.clone();
        let hub = (cluster.name != entry.name).then(|| entry.name.clone());
        let unit = Unit { hub, ..built.unit.clone() };
        if let Some(Files::Here { tree, .. }) = files(&built.definition.source) {
            releases.extend(charts::of_unit(world.sources, tree.as_ref(), &unit, &mut gaps));
        }
        problems.extend(built.problems.iter().cloned());
        unchecked.extend(gaps);
        kept.push(unit);
    }
    let used = |s: &Source| kept.iter().any(|u| u.source.as_ref() == Some(&s.object));
    let sources: Vec<Source> = followed.iter().map(|f| f.source.clone()).filter(used).collect();
    let given = |source: &SourceRef| match files(source) {
        Some(Files::Here { tree, base }) => Some((tree.clone(), base.clone())),
        Some(_) => None,
        // Only charts come from it; it may be this repository.
        None => Some((world.memo.digested(world.tree), SmolStr::default())),
    };
    let (more, gaps) = charts::releases(world.sources, &kept, &given);
    releases.extend(more);
    unchecked.extend(gaps);
    ClusterState { cluster, sources, units: kept, releases, problems, unchecked }
}
