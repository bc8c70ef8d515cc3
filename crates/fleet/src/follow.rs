//! From a tree to the states of all its clusters.

use gitops_model::ClusterState;
use rayon::prelude::*;

use crate::roots::Roots;
use crate::scan::Scan;
use crate::{World, argocd, flux, folder};

/// What each cluster of the repository is given, sorted by name.
///
/// Clusters are followed in parallel; what they share is rendered once.
#[must_use]
pub fn follow(world: &World) -> Vec<ClusterState> {
    let scan = Scan::of(world);
    let roots = Roots::of(world, &scan);
    let found = flux::discover(world, &scan, &roots);
    let mut states: Vec<ClusterState> =
        found.entries.par_iter().flat_map_iter(|e| flux::states(world, e, &found.here)).collect();
    let hubs = argocd::discover(world, &scan, &roots);
    states.extend(argocd::states(world, &hubs));
    let is_used = |root: &str| found.reached.built().contains(root) || hubs.reach(root);
    let unused: Vec<_> = roots.tops().filter(|r| !is_used(r)).collect();
    states.par_extend(unused.into_par_iter().map(|r| folder::root(world, r)));
    if states.is_empty() && !scan.paths.is_empty() {
        states.push(folder::plain(world, &scan));
    }
    states.sort_by(|a, b| a.cluster.name.cmp(&b.cluster.name));
    states
}
