//! What waits for what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use gitops_model::{ObjectKey, UnitId};
use petgraph::algo::tarjan_scc;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeFiltered;

use crate::build::unit_key;
use crate::{Consequence, Graph, Link, Relation};

impl Graph {
    /// The circles among objects that wait for each other: each as its references, in order.
    #[must_use]
    pub fn cycles(&self) -> Vec<Vec<Link<'_>>> {
        let waits = |e: petgraph::graph::EdgeReference<'_, crate::Edge>| {
            e.weight().relation == Relation::WaitsFor
        };
        let waiting = EdgeFiltered::from_fn(&self.graph, waits);
        let mut cycles: Vec<Vec<Link<'_>>> =
            tarjan_scc(&waiting).into_iter().filter_map(|part| self.cycle(&part)).collect();
        cycles.sort_by_key(|links| links.first().map(|l| l.from.key.clone()));
        cycles
    }

    /// A shortest circle through the first object of a strongly connected part.
    fn cycle(&self, part: &[NodeIndex]) -> Option<Vec<Link<'_>>> {
        let keys: BTreeSet<&ObjectKey> = part.iter().map(|at| &self.graph[*at].key).collect();
        let start = *keys.first()?;
        let mut open = VecDeque::from([start]);
        let mut reached_by: BTreeMap<&ObjectKey, Link<'_>> = BTreeMap::new();
        while let Some(key) = open.pop_front() {
            for link in self.waits_of(key).filter(|l| keys.contains(&l.to.key)) {
                let to = &link.to.key;
                if !reached_by.contains_key(to) {
                    reached_by.insert(to, link);
                    open.push_back(to);
                }
            }
        }
        let mut links = vec![*reached_by.get(start)?];
        while let Some(link) = links.last().filter(|l| l.from.key != *start) {
            links.push(*reached_by.get(&link.from.key)?);
        }
        links.reverse();
        Some(links)
    }

    fn waits_of<'a>(&'a self, key: &ObjectKey) -> impl Iterator<Item = Link<'a>> + use<'a> {
        self.edges_from(key).into_iter().filter(|l| l.edge.relation == Relation::WaitsFor)
    }

    /// The objects that are not applied before this one is ready, near and far, without itself.
    #[must_use]
    pub fn waiting_for(&self, key: &ObjectKey) -> Vec<&ObjectKey> {
        let waiters = |key: &ObjectKey| {
            let links = self.edges_to(key).into_iter();
            links.filter(|l| l.edge.relation == Relation::WaitsFor).map(|l| &l.from.key)
        };
        closure(key, waiters)
    }

    /// The objects that must be ready before this one is applied, near and far, without itself.
    #[must_use]
    pub fn awaited_by(&self, key: &ObjectKey) -> Vec<&ObjectKey> {
        closure(key, |key| self.waits_of(key).map(|l| &l.to.key))
    }

    /// References to an object that another unit applies, where nothing says that it comes first:
    /// neither `dependsOn`, near or far, nor that one of the units is applied by the other.
    #[must_use]
    pub fn unordered(&self) -> Vec<Link<'_>> {
        let mut earlier: BTreeMap<&UnitId, BTreeSet<ObjectKey>> = BTreeMap::new();
        let crossing = self.edges().filter(|link| {
            let (Some(from), Some(to)) = (link.from.unit(), link.to.unit()) else { return false };
            let matters = link.edge.removed >= Consequence::NextRestart && !link.edge.optional;
            let ordered = matches!(
                link.edge.relation,
                Relation::WaitsFor | Relation::OwnedBy | Relation::ProducedBy
            );
            if from == to || !matters || ordered {
                return false;
            }
            let before = earlier.entry(from).or_insert_with(|| self.applied_before(from));
            unit_key(to).is_some_and(|to| !before.contains(&to.identity()))
        });
        crossing.collect()
    }

    /// The units that are ready, or at least applied, before a unit: those it and the units that apply
    /// it wait for, and those units.
    fn applied_before(&self, unit: &UnitId) -> BTreeSet<ObjectKey> {
        let Some(key) = unit_key(unit) else { return BTreeSet::new() };
        let earlier = |key: &ObjectKey| {
            let links = self.edges_from(key).into_iter();
            links
                .filter(|l| matches!(l.edge.relation, Relation::WaitsFor | Relation::OwnedBy))
                .map(|l| &l.to.key)
        };
        closure(&key, earlier).into_iter().map(ObjectKey::identity).collect()
    }
}

/// All that is reached from a key by steps, sorted, without the key itself.
fn closure<'a, I: Iterator<Item = &'a ObjectKey>>(
    start: &ObjectKey,
    steps: impl Fn(&ObjectKey) -> I,
) -> Vec<&'a ObjectKey> {
    let mut found: BTreeSet<&ObjectKey> = BTreeSet::new();
    let mut open: Vec<&ObjectKey> = steps(start).collect();
    while let Some(key) = open.pop() {
        if key != start && found.insert(key) {
            open.extend(steps(key));
        }
    }
    found.into_iter().collect()
}
