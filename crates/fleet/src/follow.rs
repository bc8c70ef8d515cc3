//! From a tree to the states of all its clusters.

use std::collections::BTreeSet;

use gitops_model::ClusterState;
use gitops_yaml::SmolStr;
use rayon::prelude::*;

use crate::argocd::Hubs;
use crate::flux::Discovered;
use crate::roots::Roots;
use crate::scan::Scan;
use crate::{World, argocd, flux, folder};

/// The clusters of a repository, discovered and not yet followed.
pub struct Fleet {
    pub(crate) scan: Scan,
    pub(crate) roots: Roots,
    pub(crate) found: Discovered,
    pub(crate) hubs: Hubs,
    /// Kustomization roots that are clusters of their own: nothing uses them.
    unused: BTreeSet<SmolStr>,
    /// Whether there is nothing but manifests.
    is_plain: bool,
}

impl Fleet {
    /// Looks for the entry points of a tree.
    #[must_use]
    pub fn of(world: &World<'_>) -> Self {
        let scan = Scan::of(world);
        let roots = Roots::of(world, &scan);
        let found = flux::discover(world, &scan, &roots);
        let hubs = argocd::discover(world, &scan, &roots);
        let is_used = |root: &str| found.reached.built().contains(root) || hubs.reach(root);
        let unused: BTreeSet<SmolStr> = roots.tops().filter(|r| !is_used(r)).cloned().collect();
        let is_empty = found.entries.is_empty() && hubs.hubs.is_empty() && unused.is_empty();
        let is_plain = is_empty && !scan.paths.is_empty();
        Self { scan, roots, found, hubs, unused, is_plain }
    }

    /// The kustomization roots that nothing uses, each a cluster of its own.
    #[must_use]
    pub fn unused(&self) -> &BTreeSet<SmolStr> {
        &self.unused
    }

    /// The same with more roots as clusters of their own, as far as they are there: something uses them here, and
    /// nothing in the state that this one is compared with.
    #[must_use]
    pub fn beside(mut self, roots: &BTreeSet<SmolStr>) -> Self {
        let stands = |root: &&SmolStr| self.roots.contains(root) && !self.roots.is_component(root);
        self.unused.extend(roots.iter().filter(stands).cloned());
        self
    }

    /// What each cluster is given, sorted by name.
    ///
    /// Clusters are followed in parallel; what they share is rendered once.
    #[must_use]
    pub fn follow(&self, world: &World<'_>) -> Vec<ClusterState> {
        self.states(world, &|_| true)
    }

    /// What the clusters are given that are not deferred; some that are may be among them.
    #[must_use]
    pub fn follow_rest(&self, world: &World<'_>) -> Vec<ClusterState> {
        self.states(world, &|name| !(world.deferred)(name))
    }

    /// What clusters are given, `wanted` by the name of an entry or a folder. A hub is followed as a whole.
    fn states(
        &self,
        world: &World<'_>,
        wanted: &(dyn Fn(&str) -> bool + Sync),
    ) -> Vec<ClusterState> {
        let entries = self.found.entries.par_iter().filter(|e| wanted(&e.name));
        let mut states: Vec<ClusterState> =
            entries.flat_map_iter(|e| flux::states(world, e, &self.found.here)).collect();
        states.extend(argocd::states(world, &self.hubs));
        let unused = self.unused.par_iter().filter(|path| wanted(&folder::name(world, path)));
        states.par_extend(unused.map(|path| folder::root(world, path)));
        let plain = self.is_plain.then(|| folder::plain(world, &self.scan));
        states.extend(plain.filter(|s| s.objects().next().is_some() || !s.problems.is_empty()));
        states.sort_by(|a, b| a.cluster.name.cmp(&b.cluster.name));
        states
    }
}

/// What each cluster of the repository is given, sorted by name.
#[must_use]
pub fn follow(world: &World<'_>) -> Vec<ClusterState> {
    Fleet::of(world).follow(world)
}
