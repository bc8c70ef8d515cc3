//! Which clusters a change can reach, told before any of them is rendered.

use std::collections::{BTreeMap, BTreeSet};

use gitops_fleet::{Changed, Fleet};
use gitops_model::{ClusterState, Problem, Source, Tree, Unit};
use gitops_yaml::SmolStr;

use super::Analysis;
use crate::states::Moment;

/// All clusters at a moment, as far as it takes to tell which of them differ from those of another.
pub(super) struct Survey {
    moment: Moment,
    fleet: Fleet,
    outline: Vec<ClusterState>,
}

impl Analysis {
    /// Looks at all clusters at two moments, rendering what leads on and, unless asked for, nothing else. A root
    /// that is a cluster of its own at one of them is so at both, lest it seem gone where something came to use
    /// it.
    pub(super) fn surveys(&self, moments: [Moment; 2]) -> [Survey; 2] {
        let looks_at_all = self.follow_all
            || gitops_rules::compares_clusters(&self.settings.config, self.pedantic);
        let defers = |_: &str| !looks_at_all;
        let fleets = moments.map(|moment| (moment, self.at(moment, &defers, Fleet::of)));
        let [(_, one), (_, other)] = &fleets;
        let alone = self.alone.get_or_init(|| one.unused() | other.unused());
        fleets.map(|(moment, fleet)| {
            let fleet = fleet.beside(alone);
            let outline = self.at(moment, &defers, |world| fleet.follow(world));
            Survey { moment, fleet, outline }
        })
    }

    /// The manifests that the change touches and that no cluster is given.
    pub(super) fn unlisted(&self, survey: &Survey, changed: &Changed<'_>) -> Vec<Problem> {
        self.at(survey.moment, &|_| false, |world| survey.fleet.unlisted(world, changed))
    }

    /// What clusters are given: in full those that the change reaches, of the others what is known.
    pub(super) fn complete(
        &self,
        survey: Survey,
        reached: &BTreeSet<SmolStr>,
    ) -> Vec<ClusterState> {
        let Survey { moment, fleet, outline } = survey;
        let name = |state: ClusterState| (state.cluster.name.clone(), state);
        let mut states: BTreeMap<SmolStr, ClusterState> = outline.into_iter().map(name).collect();
        if !reached.is_empty() {
            let deferred = |name: &str| !reached.contains(name);
            let full = self.at(moment, &deferred, |world| fleet.follow_rest(world));
            states.extend(full.into_iter().map(name));
        }
        // Freeing a large fleet takes long, and nobody has to wait for it.
        rayon::spawn(move || drop(fleet));
        states.into_values().filter(|c| self.is_wanted(c)).collect()
    }
}

impl Survey {
    pub(super) fn outline(&self) -> &[ClusterState] {
        &self.outline
    }

    /// The files of its tree that differ from those of another.
    pub(super) fn changed<'t>(&self, tree: &'t dyn Tree, other: &dyn Tree) -> Changed<'t> {
        self.fleet.changed(tree, other)
    }

    /// The clusters that may differ from what they are in another survey, and the hubs that write to them.
    pub(super) fn differing(&self, other: &Self) -> BTreeSet<SmolStr> {
        let name = |state: &ClusterState| state.cluster.name.clone();
        let theirs: BTreeMap<SmolStr, &ClusterState> =
            other.outline.iter().map(|state| (name(state), state)).collect();
        let same = |state: &ClusterState| {
            theirs.get(&state.cluster.name).is_some_and(|s| is_same(state, s))
        };
        let mut known: BTreeSet<SmolStr> = BTreeSet::new();
        let mut differing: BTreeSet<SmolStr> = BTreeSet::new();
        for state in &self.outline {
            known.insert(name(state));
            if !same(state) {
                differing.insert(name(state));
                differing.extend(state.units.iter().filter_map(|u| u.hub.clone()));
            }
        }
        for state in other.outline.iter().filter(|s| !known.contains(&s.cluster.name)) {
            differing.insert(name(state));
            differing.extend(state.units.iter().filter_map(|u| u.hub.clone()));
        }
        differing
    }
}

/// Whether a cluster is given the same, as far as it is known; what units are left unrendered is the same
/// where their inputs are.
fn is_same(a: &ClusterState, b: &ClusterState) -> bool {
    let unit = |(a, b): (&Unit, &Unit)| {
        a.id == b.id
            && (&a.hub, &a.path, &a.source, a.inputs) == (&b.hub, &b.path, &b.source, b.inputs)
            && a.object == b.object
    };
    let source = |(a, b): (&Source, &Source)| {
        (&a.object, &a.tracks, a.here, a.declared) == (&b.object, &b.tracks, b.here, b.declared)
    };
    let charts = || a.releases.is_empty() && b.releases.is_empty();
    a.cluster == b.cluster
        && (a.units.len(), a.sources.len()) == (b.units.len(), b.sources.len())
        && a.units.iter().zip(&b.units).all(unit)
        && a.sources.iter().zip(&b.sources).all(source)
        && (&a.problems, &a.unchecked) == (&b.problems, &b.unchecked)
        && (charts() || gitops_compare::compare(a, b).is_empty())
}
