//! Whom a change disturbs, and which clusters it hits together.

use std::collections::{BTreeMap, BTreeSet};

use gitops_config::Config;
use gitops_model::{Effect, ObjectKey};
use gitops_yaml::SmolStr;

use crate::Input;

/// Who feels what, for one time and one set of clusters.
pub(crate) struct Victims<'a> {
    by_changed: BTreeMap<&'a ObjectKey, Vec<&'a ObjectKey>>,
}

impl<'a> Victims<'a> {
    /// The edges that hold at this time on one of these clusters.
    pub(crate) fn of(input: &Input<'a>, effect: Effect, clusters: &BTreeSet<&str>) -> Self {
        let mut by_changed: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let here = input.impact.edges.iter().filter(|e| e.effect == effect);
        for edge in here.filter(|e| e.clusters.iter().any(|c| clusters.contains(c.as_str()))) {
            by_changed.entry(&edge.to).or_default().push(&edge.from);
        }
        Self { by_changed }
    }

    /// All objects that are reached from these, themselves left out.
    pub(crate) fn reached(&self, from: &BTreeSet<&'a ObjectKey>) -> BTreeSet<&'a ObjectKey> {
        let mut seen = from.clone();
        let mut todo: Vec<&ObjectKey> = from.iter().copied().collect();
        while let Some(changed) = todo.pop() {
            for felt in self.by_changed.get(changed).into_iter().flatten() {
                if seen.insert(felt) {
                    todo.push(felt);
                }
            }
        }
        seen.difference(from).copied().collect()
    }
}

/// How many of these clusters are hit together: those of one wave, or, where there are no waves, all.
pub(crate) fn at_once(clusters: &BTreeSet<&str>, config: &Config) -> usize {
    let mut waves: BTreeMap<Option<usize>, usize> = BTreeMap::new();
    for cluster in clusters {
        *waves.entry(config.wave_of(cluster).map(|(place, _)| place)).or_default() += 1;
    }
    waves.into_values().max().unwrap_or(0)
}

/// Clusters by the name of their environment.
pub(crate) fn by_environment<'a>(
    input: &Input<'a>,
    clusters: impl Iterator<Item = &'a SmolStr>,
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut out: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for name in clusters {
        let known = input.clusters.iter().find(|c| c.cluster.name == *name);
        let environment = known.map_or("unknown", |c| c.cluster.environment.as_str());
        out.entry(environment).or_default().insert(name);
    }
    out
}
