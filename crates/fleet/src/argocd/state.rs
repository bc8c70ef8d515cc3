//! From what a hub leads to, to the states of the clusters that it deploys to.

use std::collections::BTreeMap;

use gitops_api::argocd::IN_CLUSTER_NAME;
use gitops_model::{Cluster, ClusterState, Source};
use gitops_yaml::SmolStr;
use rayon::prelude::*;

use super::application::Built;
use super::discover::Hubs;
use super::hub::{Hub, Walk};
use crate::World;
use crate::gaps::gaps;
use crate::names::environment;

/// Follows all hubs. A cluster that several deploy to is known by the hub's name, too.
pub(crate) fn states(world: &World<'_>, hubs: &Hubs) -> Vec<ClusterState> {
    let walks: Vec<(&Hub, Walk)> =
        hubs.hubs.par_iter().map(|hub| (hub, hub.walk(world, &hubs.here))).collect();
    let mut count: BTreeMap<SmolStr, usize> = BTreeMap::new();
    let by_hub: Vec<(&Hub, Vec<Problems>, BTreeMap<SmolStr, Vec<Built>>)> = walks
        .into_iter()
        .map(|(hub, walk)| group(world, hub, walk, hubs.hubs.len() == 1))
        .collect();
    for (_, _, clusters) in &by_hub {
        clusters.keys().for_each(|name| *count.entry(name.clone()).or_default() += 1);
    }
    let mut states = Vec::new();
    for (hub, notes, clusters) in by_hub {
        let own = own_name(world, hub, hubs.hubs.len() == 1);
        for (name, built) in clusters {
            let is_own = name == own;
            let shared = count.get(&name).copied().unwrap_or_default() > 1;
            let name = if shared { format!("{}/{name}", hub.name).into() } else { name };
            let mut state = gather(cluster(world, name, hub, is_own), built);
            if is_own {
                for Problems(problems, unchecked) in &notes {
                    state.problems.extend(problems.iter().cloned());
                    state.unchecked.extend(unchecked.iter().cloned());
                }
            }
            states.push(state);
        }
    }
    states
}

/// What is known of a hub itself, and of none of its clusters.
struct Problems(Vec<gitops_model::Problem>, Vec<gitops_model::Unchecked>);

fn group<'h>(
    world: &World<'_>,
    hub: &'h Hub,
    walk: Walk,
    only: bool,
) -> (&'h Hub, Vec<Problems>, BTreeMap<SmolStr, Vec<Built>>) {
    let own = own_name(world, hub, only);
    let mut clusters: BTreeMap<SmolStr, Vec<Built>> = BTreeMap::from([(own.clone(), Vec::new())]);
    for (name, built) in walk.units {
        let name = if name == IN_CLUSTER_NAME { own.clone() } else { name };
        clusters.entry(name).or_default().push(built);
    }
    (hub, vec![Problems(walk.problems, walk.unchecked)], clusters)
}

/// The name of the cluster that a hub runs in: the configured name of its entry, else `in-cluster` for an only
/// hub, else the hub's.
fn own_name(world: &World<'_>, hub: &Hub, only: bool) -> SmolStr {
    let configured = world.config.clusters.iter().find(|c| c.path.as_ref() == Some(&hub.path));
    match configured {
        Some(cluster) => cluster.name.value.clone(),
        None if only => IN_CLUSTER_NAME.into(),
        None => hub.name.clone(),
    }
}

fn cluster(world: &World<'_>, name: SmolStr, hub: &Hub, is_own: bool) -> Cluster {
    let path = if is_own { hub.path.as_str() } else { "" };
    let named = world.config.clusters.iter().find(|c| c.name.value == name);
    let configured = named.or_else(|| world.config.cluster(&name, path).filter(|_| is_own));
    Cluster {
        environment: configured
            .and_then(|c| c.environment.clone())
            .unwrap_or_else(|| environment(&name, path)),
        version: configured.and_then(|c| c.kubernetes_version),
        path: hub.path.clone(),
        name,
        reached: true,
    }
}

fn gather(cluster: Cluster, built: Vec<Built>) -> ClusterState {
    let mut state = ClusterState {
        cluster,
        sources: Vec::new(),
        units: Vec::new(),
        problems: Vec::new(),
        unchecked: Vec::new(),
    };
    for built in built {
        let new = |s: &Source| !state.sources.contains(s);
        let sources: Vec<Source> = built.sources.into_iter().filter(new).collect();
        state.sources.extend(sources);
        state.problems.extend(built.problems);
        state.unchecked.extend(built.unchecked);
        state.units.push(built.unit);
    }
    state.unchecked.extend(gaps(&state.units));
    state
}
