//! What joins two objects.

use gitops_model::{Confidence, FieldPath, ObjectKey, Resource, UnitId};
use gitops_yaml::{SmolStr, Span};
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::{Consequence, PodTemplate, Relation};

/// One object needs another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// In which way.
    pub relation: Relation,
    /// The field that says so; empty where none does.
    pub path: FieldPath,
    /// Where that is written; absent where nothing is.
    pub span: Option<Span>,
    /// The keys of the ConfigMap or Secret that are meant; all if empty.
    pub keys: Vec<SmolStr>,
    /// The port, listener or subset that is meant.
    pub port: Option<SmolStr>,
    /// Whether the object needed may be absent.
    pub optional: bool,
    /// What happens when the object needed changes.
    pub changed: Consequence,
    /// What happens when it goes.
    pub removed: Consequence,
    /// What happens to the object needed when the one that needs it changes or goes.
    pub governs: Consequence,
    /// Whether the object needed was found by its labels.
    pub selected: bool,
    /// How sure it is that there is an edge.
    pub confidence: Confidence,
}

impl Edge {
    /// An edge that no field states.
    pub(crate) fn implied(relation: Relation, removed: Consequence) -> Self {
        Self {
            relation,
            path: FieldPath::default(),
            span: None,
            keys: Vec::new(),
            port: None,
            optional: false,
            changed: Consequence::Nothing,
            removed,
            governs: Consequence::Nothing,
            selected: false,
            confidence: Confidence::Certain,
        }
    }
}

/// What is known of an object that a graph names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// It is rendered.
    Found {
        /// The object.
        object: Arc<Resource>,
        /// What applies it.
        unit: UnitId,
    },
    /// Another object brings it about.
    Produced {
        /// The object that does.
        by: ObjectKey,
        /// The keys it will have, where that is known.
        keys: Option<BTreeSet<SmolStr>>,
    },
    /// It is part of every cluster, or declares a unit and is not rendered here.
    Given,
    /// Nothing here holds it: it may be there all the same.
    External,
}

/// An object of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vertex {
    /// Its identity.
    pub key: ObjectKey,
    /// What is known of it.
    pub presence: Presence,
}

impl Vertex {
    /// The object, if it is rendered.
    #[must_use]
    pub fn object(&self) -> Option<&Arc<Resource>> {
        if let Presence::Found { object, .. } = &self.presence { Some(object) } else { None }
    }

    /// The unit that applies it, if it is rendered.
    #[must_use]
    pub fn unit(&self) -> Option<&UnitId> {
        if let Presence::Found { unit, .. } = &self.presence { Some(unit) } else { None }
    }
}

/// An edge with its ends: `from` needs `to`.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// The object that needs the other.
    pub from: &'a Vertex,
    /// The object that is needed.
    pub to: &'a Vertex,
    /// How.
    pub edge: &'a Edge,
}

impl Link<'_> {
    /// What `from` feels of another state of `to`: a mount by `subPath` is never updated, and Reloader
    /// restarts the pods.
    #[must_use]
    pub fn felt(&self) -> Consequence {
        let Some(workload) = self.from.object() else { return self.edge.changed };
        match (self.edge.relation, PodTemplate::of(workload)) {
            (Relation::Reads | Relation::Mounts, Some(template)) => {
                if template.reloads(workload, &self.to.key.kind) {
                    Consequence::Restarts
                } else if template.mounts_by_sub_path(&self.edge.path) {
                    Consequence::Stale
                } else {
                    self.edge.changed
                }
            }
            _ => self.edge.changed,
        }
    }
}
