//! Whom a change disturbs, and which clusters it hits together.

use std::collections::{BTreeMap, BTreeSet};

use gitops_config::Config;
use gitops_model::{Effect, Impact, ImpactEdge, ObjectKey};

use crate::Input;

/// Who feels what.
pub(crate) struct Reach<'a> {
    by_changed: BTreeMap<&'a ObjectKey, Vec<&'a ImpactEdge>>,
}

impl<'a> Reach<'a> {
    pub(crate) fn of(impact: &'a Impact) -> Self {
        let mut by_changed: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for edge in &impact.edges {
            by_changed.entry(&edge.to).or_default().push(edge);
        }
        Self { by_changed }
    }

    /// How many objects are reached from these at one time on some of these clusters, themselves left
    /// out.
    pub(crate) fn from(
        &self,
        objects: &BTreeSet<&ObjectKey>,
        effect: Effect,
        clusters: &BTreeSet<&str>,
    ) -> usize {
        let holds = |e: &&&ImpactEdge| {
            e.effect == effect && e.clusters.iter().any(|c| clusters.contains(c.as_str()))
        };
        let mut seen: BTreeSet<&ObjectKey> = objects.clone();
        let mut todo: Vec<&ObjectKey> = objects.iter().copied().collect();
        while let Some(changed) = todo.pop() {
            for edge in self.by_changed.get(changed).into_iter().flatten().filter(holds) {
                if seen.insert(&edge.from) {
                    todo.push(&edge.from);
                }
            }
        }
        seen.len() - objects.len()
    }
}

/// Every cluster by name.
pub(crate) struct Fleet<'a>(BTreeMap<&'a str, Member<'a>>);

struct Member<'a> {
    environment: &'a str,
    wave: Option<usize>,
    reached: bool,
}

impl<'a> Fleet<'a> {
    pub(crate) fn of(input: &Input<'a>, config: &Config) -> Self {
        let of = |c: &'a gitops_model::ClusterReport| {
            let wave = config.wave_of(&c.cluster.name).map(|(place, _)| place);
            let (environment, reached) = (c.cluster.environment.as_str(), c.cluster.reached);
            (c.cluster.name.as_str(), Member { environment, wave, reached })
        };
        Self(input.clusters.iter().map(of).collect())
    }

    /// Whether no entry point reaches any of these clusters, though entry points reach others: they may be
    /// examples, parts, or what another repository applies.
    pub(crate) fn is_unreached(&self, clusters: &BTreeSet<&str>) -> bool {
        let reached = |name: &&str| self.0.get(name).is_none_or(|member| member.reached);
        self.0.values().any(|member| member.reached) && !clusters.iter().any(reached)
    }

    /// How many of these clusters are hit together: those of one wave, or, where there are no waves, all.
    pub(crate) fn at_once(&self, clusters: &BTreeSet<&str>) -> usize {
        let mut waves: BTreeMap<Option<usize>, usize> = BTreeMap::new();
        for cluster in clusters {
            *waves.entry(self.0.get(cluster).and_then(|member| member.wave)).or_default() += 1;
        }
        waves.into_values().max().unwrap_or(0)
    }

    /// Clusters by the name of their environment.
    pub(crate) fn by_environment<'b>(
        &self,
        clusters: impl Iterator<Item = &'b &'b str>,
    ) -> BTreeMap<&'a str, BTreeSet<&'b str>> {
        let mut out: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for name in clusters {
            let environment = self.0.get(name).map_or("unknown", |member| member.environment);
            out.entry(environment).or_default().insert(name);
        }
        out
    }
}
