//! What waits for what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use gitops_model::{ObjectKey, Resource, UnitId};
use petgraph::algo::tarjan_scc;
use petgraph::graph::NodeIndex;
use petgraph::visit::{EdgeFiltered, EdgeRef};

use crate::{Consequence, Graph, Link, Order, PodTemplate, Relation, Vertex};

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
        let known = self.disorder.get_or_init(|| {
            let units: BTreeSet<&UnitId> = self.vertices().filter_map(Vertex::unit).collect();
            let earlier = units.into_iter().map(|unit| (unit, self.earlier(unit))).collect();
            let edges = self.graph.edge_references();
            edges.filter_map(|e| Some((e.id(), self.order(self.link(e), &earlier)?))).collect()
        });
        let link = |edge| {
            let (from, to) = self.graph.edge_endpoints(edge)?;
            Some(Link { from: &self.graph[from], to: &self.graph[to], edge: &self.graph[edge] })
        };
        known
            .iter()
            .filter_map(|(edge, order)| Some(Disorder { link: link(*edge)?, order: *order }))
            .collect()
    }

    /// What is wrong with the order of a reference.
    fn order<'a>(
        &'a self,
        link: Link<'a>,
        earlier: &BTreeMap<&UnitId, Earlier<'a>>,
    ) -> Option<Order> {
        let (from, to) = (link.from.unit()?, link.to.unit()?);
        if !needs_to_be_there(&link) {
            return None;
        }
        let waits = link.from.object().is_some_and(|o| reports_health(o));
        if from == to {
            let argo = from.kind == "Application" && step(link.from)? < step(link.to)?;
            let bites = is_of_applying(link.edge) || waits;
            return (argo && bites).then_some(Order::Reversed);
        }
        // The namespace that a unit itself lives in is there before it applies anything.
        if link.edge.relation == Relation::Inside && link.to.key.name == from.namespace {
            return None;
        }
        let (first, last) = (to.object()?, from.object()?);
        let after = earlier.get(to)?;
        let reversed = match is_of_applying(link.edge) {
            true => after.applied.contains(&last),
            false => waits && after.ready.contains(&last),
        };
        // A unit that needs something waits for what it depends on itself too.
        let declared = || {
            earlier.get(from).is_some_and(|e| e.applied.contains(&first))
                || self.earlier_of(&link.from.key).applied.contains(&first)
        };
        match reversed {
            true => Some(Order::Reversed),
            false if declared() => None,
            false => Some(Order::Undeclared),
        }
    }

    fn earlier(&self, unit: &UnitId) -> Earlier<'_> {
        unit.object().map(|key| self.earlier_of(&key)).unwrap_or_default()
    }

    /// What comes before an object: what it waits for, what applies it, and what comes before those.
    fn earlier_of(&self, key: &ObjectKey) -> Earlier<'_> {
        let steps = |key: &ObjectKey| {
            let links = self.edges_from(key).into_iter();
            links.filter(|l| matches!(l.edge.relation, Relation::WaitsFor | Relation::OwnedBy))
        };
        let applied: BTreeSet<&ObjectKey> =
            closure(key, |key| steps(key).map(|l| &l.to.key)).into_iter().collect();
        let waiters = applied.iter().copied().chain([key]);
        let waits = waiters.flat_map(steps).filter(|l| l.edge.relation == Relation::WaitsFor);
        Earlier { ready: waits.map(|l| &l.to.key).collect(), applied }
    }
}

/// What comes before a unit.
#[derive(Default)]
struct Earlier<'a> {
    /// What is applied before it.
    applied: BTreeSet<&'a ObjectKey>,
    /// What is ready before it.
    ready: BTreeSet<&'a ObjectKey>,
}

/// A reference in the wrong order, or in none.
#[derive(Debug, Clone, Copy)]
pub struct Disorder<'a> {
    /// The reference.
    pub link: Link<'a>,
    /// What is wrong with it.
    pub order: Order,
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

/// Whether an object cannot even be applied before the one it needs is there.
fn is_of_applying(edge: &crate::Edge) -> bool {
    matches!(edge.relation, Relation::Inside | Relation::DefinedBy)
}

/// Whether an object takes time to be healthy once it is applied, and says so.
#[must_use]
pub fn reports_health(object: &Resource) -> bool {
    let delivers = matches!(
        (&*object.gvk.group, &*object.gvk.kind),
        ("helm.toolkit.fluxcd.io", "HelmRelease")
            | ("kustomize.toolkit.fluxcd.io", "Kustomization")
            | ("cert-manager.io", "Certificate")
            | ("external-secrets.io", "ExternalSecret")
    );
    delivers || PodTemplate::of(object).is_some() && object.gvk.kind != "PodTemplate"
}

/// When Argo CD applies an object: its phase, and within that its wave, the lowest first. `None` for
/// hooks that stand outside a sync.
fn step(vertex: &Vertex) -> Option<(i8, i64)> {
    let annotation = |name| vertex.object().and_then(|o| o.annotation(name));
    let hook = annotation("argocd.argoproj.io/hook").or_else(|| annotation("helm.sh/hook"));
    let phase = match hook.map(|hooks| hooks.split(',').next().unwrap_or_default().trim()) {
        None | Some("Sync") => 0,
        Some("PreSync" | "pre-install" | "pre-upgrade") => -1,
        Some("PostSync" | "post-install" | "post-upgrade") => 1,
        Some(_) => return None,
    };
    let wave = annotation("argocd.argoproj.io/sync-wave").and_then(|t| t.trim().parse().ok());
    Some((phase, wave.unwrap_or(0)))
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
