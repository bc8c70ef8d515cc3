//! What waits for what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use gitops_model::{ObjectKey, UnitId};
use gitops_schema::stored_key;
use petgraph::algo::tarjan_scc;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeFiltered;

use crate::build::unit_key;
use crate::{Consequence, Graph, Link, Relation, Vertex};

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

    /// References across units or sync waves whose order is not declared, or is declared the other way
    /// round. Optional ones are left out, and those that do no harm while they find nothing.
    #[must_use]
    pub fn disorder(&self) -> Vec<Disorder<'_>> {
        let mut earlier: BTreeMap<&UnitId, BTreeSet<ObjectKey>> = BTreeMap::new();
        let units: BTreeSet<&UnitId> = self.vertices().filter_map(Vertex::unit).collect();
        for unit in units {
            earlier.insert(unit, self.applied_before(unit));
        }
        let comes_before = |first: &UnitId, then: &UnitId| {
            let earlier = earlier.get(then);
            unit_key(first).zip(earlier).is_some_and(|(key, all)| all.contains(&stored_key(&key)))
        };
        let found = self.edges().filter(needs_to_be_there).filter_map(|link| {
            let (from, to) = (link.from.unit()?, link.to.unit()?);
            // The namespace that a unit itself lives in is there before it applies anything.
            if link.edge.relation == Relation::Inside && link.to.key.name == from.namespace {
                return None;
            }
            let waves = (sync_wave(link.from), sync_wave(link.to));
            let order = match from == to {
                true if from.kind == "Application" && waves.0 < waves.1 => Order::Reversed,
                true => return None,
                false if comes_before(from, to) => Order::Reversed,
                false if comes_before(to, from) => return None,
                false => Order::Undeclared,
            };
            Some(Disorder { link, order })
        });
        found.collect()
    }

    /// The units that are applied before a unit: those it waits for, those that apply it, and what
    /// comes before them.
    fn applied_before(&self, unit: &UnitId) -> BTreeSet<ObjectKey> {
        let Some(key) = unit_key(unit) else { return BTreeSet::new() };
        let earlier = |key: &ObjectKey| {
            let links = self.edges_from(key).into_iter();
            links
                .filter(|l| matches!(l.edge.relation, Relation::WaitsFor | Relation::OwnedBy))
                .map(|l| &l.to.key)
        };
        closure(&key, earlier).into_iter().map(stored_key).collect()
    }
}

/// A reference in the wrong order, or in none.
#[derive(Debug, Clone, Copy)]
pub struct Disorder<'a> {
    /// The reference.
    pub link: Link<'a>,
    /// What is wrong with it.
    pub order: Order,
}

/// What is wrong with the order of two objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// Nothing says which comes first.
    Undeclared,
    /// The one that is needed comes last: it waits for the one that needs it.
    Reversed,
}

/// Whether an object does not work before the one it needs has come.
fn needs_to_be_there(link: &Link<'_>) -> bool {
    let orders = matches!(
        link.edge.relation,
        Relation::WaitsFor | Relation::OwnedBy | Relation::ProducedBy | Relation::Applies
    );
    // A unit is no part of what it applies, and is ready after it.
    link.edge.removed >= Consequence::NextRestart && !link.edge.optional && !orders
}

/// Argo CD's wave of an object; the lowest is applied first.
fn sync_wave(vertex: &Vertex) -> i64 {
    let text = vertex.object().and_then(|o| o.annotation("argocd.argoproj.io/sync-wave"));
    text.and_then(|t| t.trim().parse().ok()).unwrap_or(0)
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
