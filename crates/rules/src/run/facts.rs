//! What rules look at.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use gitops_config::{Config, Date};
use gitops_graph::Graph;
use gitops_model::{
    ApplyMode, Change, ClusterState, Effect, KubernetesVersion, ObjectKey, Problem, ProblemKind,
    Resource, Revision, Unit, UnitId,
};
use gitops_yaml::{Sources, Span};

use crate::validity::Invalid;

/// All that is known of a run.
pub struct Facts<'a> {
    /// Every cluster, before and after, also those that do not change: by name, what happens now before
    /// what is queued.
    pub pairs: &'a [Pair<'a>],
    /// What went wrong outside any cluster, such as in the configuration.
    pub problems: &'a [Problem],
    /// The configuration.
    pub config: &'a Config,
    /// The files read.
    pub sources: &'a Sources,
    /// Whether a span is part of the change under review.
    pub touched: &'a (dyn Fn(Span) -> bool + Sync),
    /// The date, for suppressions that expire; they do not where it is absent.
    pub today: Option<Date>,
    /// Whether pedantic rules speak.
    pub pedantic: bool,
    /// Whether a revision is part of the history of another, or the same.
    pub holds: &'a Holds<'a>,
}

/// Whether the second revision holds the first.
pub type Holds<'a> = dyn Fn(&Revision, &Revision) -> bool + Sync + 'a;

/// One cluster, before and after.
pub struct Pair<'a> {
    /// Before; absent where only one state is looked at, and for a cluster that is new.
    pub before: Option<State<'a>>,
    /// After.
    pub after: State<'a>,
    /// What differs.
    pub changes: &'a [Change],
    /// When it comes true; absent where only one state is looked at.
    pub effect: Option<Effect>,
    /// How objects are written, where the run says so for all units.
    pub mode: Option<ApplyMode>,
}

/// One cluster in one state.
pub struct State<'a> {
    /// What it is given.
    pub cluster: &'a ClusterState,
    /// The release of its API server.
    pub version: KubernetesVersion,
    graph: OnceLock<Graph>,
    /// What is wrong with its objects; see [`Pair::invalid`].
    pub(crate) invalid: OnceLock<Vec<Invalid>>,
    objects: BTreeMap<&'a ObjectKey, (&'a Unit, &'a Arc<Resource>)>,
}

/// All clusters in one state.
pub(crate) struct Fleet<'a> {
    /// Each cluster once, by name.
    pub(crate) states: Vec<&'a State<'a>>,
    /// The configuration.
    pub(crate) config: &'a Config,
    /// Whether the second revision holds the first.
    pub(crate) holds: &'a Holds<'a>,
}

impl<'a> Facts<'a> {
    /// The clusters as they will be once all that is queued has come true.
    pub(crate) fn after(&'a self) -> Fleet<'a> {
        self.fleet(self.pairs.iter().map(|p| (p.after.name(), &p.after)))
    }

    /// The clusters as they will be on merge.
    pub(crate) fn merged(&'a self) -> Fleet<'a> {
        self.fleet(self.pairs.iter().rev().map(|p| (p.after.name(), &p.after)))
    }

    fn fleet(&'a self, states: impl Iterator<Item = (&'a str, &'a State<'a>)>) -> Fleet<'a> {
        Fleet { states: by_name(states), config: self.config, holds: self.holds }
    }

    /// The clusters as they are; absent where only one state is looked at.
    pub(crate) fn before(&'a self) -> Option<Fleet<'a>> {
        let first = self.pairs.iter().rev().filter_map(|p| p.before.as_ref());
        let before = self.fleet(first.map(|s| (s.name(), s)));
        (!before.states.is_empty()).then_some(before)
    }
}

/// The last state of each name.
fn by_name<'a>(states: impl Iterator<Item = (&'a str, &'a State<'a>)>) -> Vec<&'a State<'a>> {
    states.collect::<BTreeMap<_, _>>().into_values().collect()
}

impl<'a> State<'a> {
    /// A cluster's state, its objects found by key.
    #[must_use]
    pub fn new(cluster: &'a ClusterState, version: KubernetesVersion) -> Self {
        let objects = cluster.objects().map(|(unit, object)| (&object.key, (unit, object)));
        let (graph, invalid) = Default::default();
        Self { cluster, version, graph, invalid, objects: objects.collect() }
    }

    /// The cluster's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.cluster.cluster.name
    }

    /// How its objects hang together; worked out when it is first asked for.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        self.graph.get_or_init(|| Graph::of(self.cluster))
    }

    /// Whether everything that the cluster is given could be rendered; where not, what seems to be
    /// missing may be in the rest.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.cluster.units.iter().all(|unit| unit.inputs.is_some())
    }

    /// The object of that identity, and the unit that applies it.
    #[must_use]
    pub fn object(&self, key: &ObjectKey) -> Option<(&'a Unit, &'a Arc<Resource>)> {
        self.objects.get(key).copied()
    }

    /// Every object with the unit that applies it, by key.
    pub fn objects(&self) -> impl Iterator<Item = (&'a Unit, &'a Arc<Resource>)> {
        self.objects.values().copied()
    }

    /// Every object of a group and kind, in any version.
    pub fn of_kind(
        &self,
        group: &'a str,
        kind: &'a str,
    ) -> impl Iterator<Item = &'a Arc<Resource>> {
        self.objects().map(|(_, object)| object).filter(move |o| o.gvk.is(group, kind))
    }

    /// The units that cannot go on before this one is ready, near and far, without itself.
    #[must_use]
    pub fn waiting_for(&self, unit: &UnitId) -> Vec<&'a UnitId> {
        let mut waiting: Vec<&UnitId> = Vec::new();
        let mut next = vec![unit];
        while let Some(waited) = next.pop() {
            for u in &self.cluster.units {
                let waits = u.depends_on.iter().any(|(id, _)| id == waited);
                if waits && u.id != *unit && !waiting.contains(&&u.id) {
                    waiting.push(&u.id);
                    next.push(&u.id);
                }
            }
        }
        waiting.sort();
        waiting
    }
}

impl<'a> Pair<'a> {
    /// Whether there is anything to tell: one state alone always has, two only if they differ.
    pub(crate) fn differs(&self) -> bool {
        let after = self.after.cluster;
        self.before.as_ref().is_none_or(|before| {
            !self.changes.is_empty() || before.cluster.problems != after.problems
        })
    }

    /// Whether the unit could not be rendered after the change: what seems to go is then not known.
    #[must_use]
    pub fn is_broken(&self, unit: &UnitId) -> bool {
        self.after.cluster.unit(unit).is_some_and(|u| u.inputs.is_none())
    }

    /// Whether the entry point that declares a unit is gone, so that nobody deletes what it applied.
    #[must_use]
    pub fn is_abandoned(&self, unit: &Unit) -> bool {
        let entry = unit.hub.as_deref().unwrap_or(self.after.name());
        let mut problems = self.after.cluster.problems.iter();
        problems.any(|p| p.kind == ProblemKind::Abandoned && p.root.as_deref() == Some(entry))
    }

    /// How a unit writes.
    #[must_use]
    pub fn mode_of(&self, unit: &Unit) -> ApplyMode {
        self.mode.unwrap_or(unit.mode)
    }

    /// The objects that leave the cluster because their unit no longer renders them, with the unit
    /// that owned them. Those of a unit that cannot be rendered are not among them.
    pub fn removed(&self) -> impl Iterator<Item = (&'a Change, &'a Arc<Resource>, &'a Unit)> {
        let before = self.before.as_ref().map(|b| b.cluster);
        self.changes.iter().filter_map(move |change| {
            let (old, unit) = (change.old.as_ref()?, before?.unit(change.old_unit.as_ref()?)?);
            let gone = change.new.is_none() && !self.is_broken(&unit.id);
            gone.then_some((change, old, unit))
        })
    }
}
