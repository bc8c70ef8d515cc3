//! From what a hub leads to, to the states of the clusters that it deploys to.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_model::{Cluster, ClusterState, Source, Unit};
use gitops_yaml::{ContentId, SmolStr};
use rayon::prelude::*;

use super::application::Built;
use super::discover::Hubs;
use super::hub::{Hub, Walk};
use crate::names::environment;
use crate::{World, charts};

/// Follows all hubs. Where several deploy to clusters of one name, the hub's name tells them apart.
pub(crate) fn states(world: &World<'_>, hubs: &Hubs) -> Vec<ClusterState> {
    let walk = |hub: &Hub| hub.walk(world, &hubs.here);
    let walks: Vec<Walk> = hubs.hubs.par_iter().map(walk).collect();
    let pairs = hubs.hubs.iter().zip(walks);
    let followed: Vec<Followed<'_>> = pairs.map(|(hub, walk)| Followed::new(hub, walk)).collect();
    let mut count: BTreeMap<SmolStr, usize> = BTreeMap::new();
    for name in followed.iter().flat_map(|f| f.clusters.keys()) {
        *count.entry(name.clone()).or_default() += 1;
    }
    let is_shared = |name: &SmolStr| count.get(name).is_some_and(|n| *n > 1);
    followed.into_iter().flat_map(|f| f.states(world, &is_shared)).collect()
}

/// A hub and what it leads to, by cluster.
struct Followed<'h> {
    hub: &'h Hub,
    clusters: BTreeMap<SmolStr, Vec<Built>>,
    /// What is known of the hub itself, and of no Application.
    rest: Walk,
}

impl<'h> Followed<'h> {
    fn new(hub: &'h Hub, mut walk: Walk) -> Self {
        let mut clusters: BTreeMap<SmolStr, Vec<Built>> =
            BTreeMap::from([(hub.own.clone(), Vec::new())]);
        for (name, built) in std::mem::take(&mut walk.units) {
            clusters.entry(hub.cluster_name(&name)).or_default().push(built);
        }
        Self { hub, clusters, rest: walk }
    }

    fn states(self, world: &World<'_>, is_shared: &dyn Fn(&SmolStr) -> bool) -> Vec<ClusterState> {
        let Self { hub, clusters, rest } = self;
        let mut states = Vec::new();
        for (name, built) in clusters {
            let is_own = name == hub.own;
            let name = if is_shared(&name) { format!("{}/{name}", hub.name).into() } else { name };
            let mut state = gather(world, cluster(world, name, hub, is_own), built);
            if is_own {
                let (unit, mut gaps) = (entry_unit(hub), hub.unchecked.clone());
                let tree = world.memo.digested(world.tree);
                let charts = charts::of_unit(world.sources, tree.as_ref(), &unit, &mut gaps);
                state.units.insert(0, unit);
                state.releases.extend(charts);
                state.unchecked.extend(gaps);
                state.problems.extend(rest.problems.iter().cloned());
                state.unchecked.extend(rest.unchecked.iter().cloned());
            }
            states.push(state);
        }
        states
    }
}

/// What is applied by hand to begin with: no Application renders it, yet it is on the hub's cluster.
fn entry_unit(hub: &Hub) -> Unit {
    let inputs = ContentId::of(gitops_kustomize::print(&hub.objects).as_bytes());
    let resources = Arc::new(hub.objects.clone());
    Unit { resources, inputs: Some(inputs), ..crate::folder::unit(&hub.path) }
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

fn gather(world: &World<'_>, cluster: Cluster, built: Vec<Built>) -> ClusterState {
    let mut state = ClusterState {
        cluster,
        sources: Vec::new(),
        units: Vec::new(),
        releases: Vec::new(),
        problems: Vec::new(),
        unchecked: Vec::new(),
    };
    for built in built {
        let new = |s: &Source| !state.sources.contains(s);
        let sources: Vec<Source> = built.sources.into_iter().filter(new).collect();
        state.sources.extend(sources);
        state.problems.extend(built.problems);
        state.unchecked.extend(built.unchecked);
        state.releases.extend(built.releases);
        state.units.push(built.unit);
    }
    let (releases, unchecked) = charts::releases(world.sources, &state.units, &|_| {
        Some((world.memo.digested(world.tree), SmolStr::default()))
    });
    state.releases.extend(releases);
    state.unchecked.extend(unchecked);
    state
}
