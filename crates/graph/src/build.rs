//! The graph of one cluster.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use gitops_model::{ClusterState, ObjectKey, Unit};
use gitops_schema::stored_key;
use gitops_yaml::SmolStr;
use petgraph::Direction;
use petgraph::graph::{DiGraph, EdgeIndex, EdgeReference, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::argo;
use crate::convention;
use crate::grants::Grants;
use crate::guess::{Known, guessed_by, is_open};
use crate::mesh;
use crate::produced::produced_by;
use crate::references::named_by;
use crate::selections::{self, Candidates};
use crate::shared;
use crate::table::table;
use crate::{
    Consequence, Edge, Link, Order, Presence, Relation, Selection, SelectionChange, Vertex,
};

/// The objects of one cluster and what joins them.
#[derive(Debug, Default)]
pub struct Graph {
    pub(crate) graph: DiGraph<Vertex, Edge>,
    /// Where each object is; only ever asked for one, so that its order does not matter.
    index: HashMap<ObjectKey, NodeIndex>,
    /// The objects in the order of their keys.
    sorted: Vec<NodeIndex>,
    selections: Vec<Selection>,
    /// What is produced in many namespaces, by its key without one.
    everywhere: BTreeMap<ObjectKey, Presence>,
    /// References out of order, once they were asked for.
    pub(crate) disorder: OnceLock<Vec<(EdgeIndex, Order)>>,
}

impl Graph {
    /// Joins the objects of a cluster.
    #[must_use]
    pub fn of(state: &ClusterState) -> Self {
        let mut graph = Self::default();
        for (unit, object) in state.objects() {
            let presence = Presence::Found { object: object.clone(), unit: unit.id.clone() };
            let at = graph.vertex(&object.key, |_| Presence::External);
            graph.graph[at].presence = presence;
        }
        for unit in &state.units {
            graph.add_unit(unit);
        }
        graph.add_products(state);
        graph.add_references(state);
        graph.add_selections(state);
        graph.add_surroundings(state);
        let mut sorted: Vec<_> = graph.index.iter().collect();
        sorted.sort_unstable();
        graph.sorted = sorted.into_iter().map(|(_, at)| *at).collect();
        graph
    }

    /// The vertex of a key; a new one is as `presence` says.
    fn vertex(&mut self, key: &ObjectKey, presence: impl FnOnce(&Self) -> Presence) -> NodeIndex {
        let stored = stored_key(key);
        if let Some(at) = self.index.get(&stored) {
            return *at;
        }
        let vertex = Vertex { key: key.clone(), presence: presence(self) };
        let at = self.graph.add_node(vertex);
        self.index.insert(stored, at);
        at
    }

    fn join(&mut self, from: &ObjectKey, to: &ObjectKey, edge: Edge) {
        let from = self.vertex(from, |_| Presence::External);
        let to = self.vertex(to, |graph| graph.presence_unseen(to));
        self.graph.add_edge(from, to, edge);
    }

    /// What is known of an object that is not rendered.
    fn presence_unseen(&self, key: &ObjectKey) -> Presence {
        let anywhere = ObjectKey { namespace: SmolStr::default(), ..key.clone() };
        if table().is_builtin(&key.group, &key.kind, &key.name) {
            return Presence::Given;
        }
        self.everywhere.get(&anywhere).cloned().unwrap_or(Presence::External)
    }

    /// A unit owns what it applies and waits for the units it depends on. Where the object that
    /// declares it is rendered, its `dependsOn` is a reference like any other.
    fn add_unit(&mut self, unit: &Unit) {
        let Some(owner) = unit.id.object() else { return };
        let at = self.vertex(&owner, |_| Presence::Given);
        if self.graph[at].object().is_none() {
            for (id, span) in &unit.depends_on {
                let Some(needed) = id.object() else { continue };
                let edge = Edge::implied(Relation::WaitsFor, Consequence::Waits);
                self.join(&owner, &needed, Edge { span: Some(*span), ..edge });
            }
        }
        let removed = if unit.prune { Consequence::Deleted } else { Consequence::Nothing };
        for object in unit.resources.iter().filter(|o| o.key != owner) {
            self.join(&object.key, &owner, Edge::implied(Relation::OwnedBy, removed));
        }
    }

    fn add_products(&mut self, state: &ClusterState) {
        for (_, object) in state.objects() {
            for produced in produced_by(object) {
                let presence = Presence::Produced { by: object.key.clone(), keys: produced.keys };
                if produced.everywhere {
                    let anywhere = ObjectKey { namespace: SmolStr::default(), ..produced.key };
                    self.everywhere.insert(anywhere, presence);
                    continue;
                }
                let at = self.vertex(&produced.key, |_| Presence::External);
                if self.graph[at].presence == Presence::External {
                    self.graph[at].presence = presence;
                }
                let edge = Edge::implied(Relation::ProducedBy, produced.removed);
                self.join(&produced.key, &object.key, Edge { span: Some(produced.span), ..edge });
            }
        }
    }

    fn add_references(&mut self, state: &ClusterState) {
        let grants = Grants::of(state);
        for (_, object) in state.objects() {
            for named in named_by(object) {
                if let Some(grant) = grants.that_allows(&object.key, &named.to) {
                    let edge = Edge::implied(Relation::Uses, Consequence::BreaksNow);
                    let (path, span) = (named.edge.path.clone(), named.edge.span);
                    self.join(&object.key, grant, Edge { path, span, ..edge });
                }
                self.join(&object.key, &named.to, named.edge);
            }
        }
        let implied = [
            argo::uses(state),
            convention::reads(state),
            mesh::routes(state),
            shared::joins(state),
        ];
        for (from, to, edge) in implied.into_iter().flatten() {
            self.join(&from, &to, edge);
        }
        self.add_guesses(state);
    }

    fn add_guesses(&mut self, state: &ClusterState) {
        let open: Vec<_> = state.objects().map(|(_, o)| o).filter(|o| is_open(o)).collect();
        if open.is_empty() {
            return;
        }
        let mut known = Known::new();
        for vertex in self.graph.node_weights().filter(|v| v.presence != Presence::External) {
            let key = &vertex.key;
            known.entry((key.kind.clone(), key.name.clone())).or_default().push(key.clone());
        }
        for object in open {
            for (to, edge) in guessed_by(object, &known) {
                if !self.brings_about(&object.key, &to) {
                    self.join(&object.key, &to, edge);
                }
            }
        }
    }

    fn brings_about(&self, by: &ObjectKey, key: &ObjectKey) -> bool {
        let presence = self.find(key).map(|vertex| &vertex.presence);
        matches!(presence, Some(Presence::Produced { by: producer, .. }) if producer == by)
    }

    fn add_selections(&mut self, state: &ClusterState) {
        let candidates = Candidates::of(state);
        let all = state.objects().flat_map(|(_, object)| candidates.selected_by(object));
        for selection in all.chain(mesh::selections(state, &candidates)) {
            for key in selection.matched.iter().filter(|k| **k != selection.from) {
                let edge = Edge::implied(selection.relation, selection.lost);
                let (path, span) = (selection.path.clone(), Some(selection.span));
                let governs = selection.governs;
                let edge = Edge { path, span, governs, selected: true, ..edge };
                self.join(&selection.from, key, edge);
            }
            self.selections.push(selection);
        }
    }

    /// Namespaces and definitions, where they are rendered too.
    fn add_surroundings(&mut self, state: &ClusterState) {
        let definitions = definitions(state);
        for (_, object) in state.objects() {
            let key = &object.key;
            let namespace = ObjectKey::new("", "Namespace", "", &key.namespace);
            if self.index.contains_key(&namespace) {
                let edge = Edge::implied(Relation::Inside, Consequence::Deleted);
                self.join(key, &namespace, edge);
            }
            if let Some(definition) = definitions.get(&(key.group.clone(), key.kind.clone())) {
                let edge = Edge::implied(Relation::DefinedBy, Consequence::Deleted);
                self.join(key, definition, edge);
            }
        }
    }

    pub(crate) fn link(&self, edge: EdgeReference<'_, Edge>) -> Link<'_> {
        let (from, to) = (&self.graph[edge.source()], &self.graph[edge.target()]);
        Link { from, to, edge: &self.graph[edge.id()] }
    }

    fn links(&self, key: &ObjectKey, direction: Direction) -> Vec<Link<'_>> {
        let Some(at) = self.index.get(&stored_key(key)) else { return Vec::new() };
        let mut links: Vec<Link<'_>> =
            self.graph.edges_directed(*at, direction).map(|e| self.link(e)).collect();
        // petgraph gives the newest edge first.
        links.reverse();
        links
    }

    /// Every edge.
    pub fn edges(&self) -> impl Iterator<Item = Link<'_>> {
        self.graph.edge_references().map(|e| self.link(e))
    }

    /// What an object needs.
    #[must_use]
    pub fn edges_from(&self, key: &ObjectKey) -> Vec<Link<'_>> {
        self.links(key, Direction::Outgoing)
    }

    /// What needs an object.
    #[must_use]
    pub fn edges_to(&self, key: &ObjectKey) -> Vec<Link<'_>> {
        self.links(key, Direction::Incoming)
    }

    /// Every object, rendered or only named, sorted by key.
    pub fn vertices(&self) -> impl Iterator<Item = &Vertex> {
        self.sorted.iter().map(|at| &self.graph[*at])
    }

    /// The object of that identity, rendered or only named.
    #[must_use]
    pub fn find(&self, key: &ObjectKey) -> Option<&Vertex> {
        self.index.get(&stored_key(key)).map(|at| &self.graph[*at])
    }

    /// Every selector and what it selects.
    #[must_use]
    pub fn selections(&self) -> &[Selection] {
        &self.selections
    }

    /// The selectors that select other objects than in the graph before.
    #[must_use]
    pub fn selection_changes<'a>(&'a self, before: &'a Self) -> Vec<SelectionChange<'a>> {
        let there = |key: &ObjectKey| self.find(key).is_some_and(|v| v.object().is_some());
        selections::changes(&before.selections, &self.selections, there)
    }
}

/// The objects that define kinds, by the group and kind that they define: CustomResourceDefinitions,
/// and what Crossplane and Gatekeeper make definitions of.
fn definitions(state: &ClusterState) -> BTreeMap<(SmolStr, SmolStr), ObjectKey> {
    let text = |node: Option<&gitops_yaml::Node>| node.and_then(|n| n.text()).map(SmolStr::new);
    let mut found = BTreeMap::new();
    for (_, o) in state.objects() {
        let kinds: &[&[&str]] = match (&*o.gvk.group, &*o.gvk.kind) {
            ("apiextensions.k8s.io", "CustomResourceDefinition") => &[&["spec", "names", "kind"]],
            ("apiextensions.crossplane.io", "CompositeResourceDefinition") => {
                &[&["spec", "names", "kind"], &["spec", "claimNames", "kind"]]
            }
            ("templates.gatekeeper.sh", "ConstraintTemplate") => {
                &[&["spec", "crd", "spec", "names", "kind"]]
            }
            _ => continue,
        };
        let group = text(o.at(&["spec", "group"])).unwrap_or("constraints.gatekeeper.sh".into());
        for kind in kinds.iter().filter_map(|keys| text(o.at(keys))) {
            found.insert((group.clone(), kind), o.key.clone());
        }
    }
    found
}
