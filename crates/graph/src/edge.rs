//! What joins two objects.

use gitops_model::{Confidence, FieldPath, ObjectKey, Resource, UnitId};
use gitops_yaml::{SmolStr, Span};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::PodTemplate;

/// What one object has to do with another that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// Names it in some way.
    Uses,
    /// Reads it into environment variables or settings when it starts.
    Reads,
    /// Mounts it as files.
    Mounts,
    /// Pulls images with it.
    PullsWith,
    /// Runs under it.
    RunsAs,
    /// Sends requests to it.
    RoutesTo,
    /// Picks it by its labels.
    Selects,
    /// Scales it.
    Scales,
    /// Watches it: scrapes, checks or alerts on it.
    Watches,
    /// Grants what it says, or grants to it.
    Grants,
    /// Is admitted or converted by it.
    Calls,
    /// Is issued by it, or fetched through it.
    IssuedBy,
    /// Takes its content from it.
    SourcedFrom,
    /// Fills its variables or values from it.
    FilledFrom,
    /// Does not start before it is ready.
    WaitsFor,
    /// Is brought about by it.
    ProducedBy,
    /// Applies it: not an edge of the graph, but the way in which a refused object stops its owner.
    Applies,
    /// Is applied by it.
    OwnedBy,
    /// Lives in it.
    Inside,
    /// Is defined by it.
    DefinedBy,
    /// Sets bounds to it.
    Limits,
}

impl Relation {
    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uses => "uses",
            Self::Reads => "reads",
            Self::Mounts => "mounts",
            Self::PullsWith => "pulls-with",
            Self::RunsAs => "runs-as",
            Self::RoutesTo => "routes-to",
            Self::Selects => "selects",
            Self::Scales => "scales",
            Self::Watches => "watches",
            Self::Grants => "grants",
            Self::Calls => "calls",
            Self::IssuedBy => "issued-by",
            Self::SourcedFrom => "sourced-from",
            Self::FilledFrom => "filled-from",
            Self::WaitsFor => "waits-for",
            Self::ProducedBy => "produced-by",
            Self::Applies => "applies",
            Self::OwnedBy => "owned-by",
            Self::Inside => "inside",
            Self::DefinedBy => "defined-by",
            Self::Limits => "limits",
        }
    }

    /// What the first of two objects does with the second, for people: `waits for`.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Self::PullsWith => "pulls images with",
            Self::RunsAs => "runs as",
            Self::RoutesTo => "routes to",
            Self::IssuedBy => "is issued by",
            Self::SourcedFrom => "is sourced from",
            Self::FilledFrom => "is filled from",
            Self::WaitsFor => "waits for",
            Self::ProducedBy => "is produced by",
            Self::OwnedBy => "is applied by",
            Self::Inside => "lives in",
            Self::DefinedBy => "is defined by",
            plain => plain.as_str(),
        }
    }

    /// What becomes of the second by the first: `is selected by`.
    #[must_use]
    pub fn passive(self) -> &'static str {
        match self {
            Self::Selects => "is selected by",
            Self::Limits => "is limited by",
            Self::Grants => "is granted rights by",
            Self::RoutesTo => "is reached through",
            Self::Scales => "is scaled by",
            _ => "is named by",
        }
    }

    /// What an object that has stopped working does to the one that needs it in this way.
    pub(crate) fn passes_on(self, consequence: Consequence) -> Consequence {
        match (self, consequence) {
            (
                Self::WaitsFor,
                Consequence::Waits | Consequence::BreaksNow | Consequence::Deleted,
            ) => Consequence::Waits,
            (
                Self::RoutesTo | Self::Calls | Self::SourcedFrom,
                Consequence::BreaksNow | Consequence::Deleted,
            ) => Consequence::BreaksNow,
            _ => Consequence::Nothing,
        }
    }
}

/// What happens to an object when something that it needs changes or goes, the mildest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// Nothing.
    #[default]
    Nothing,
    /// It takes the new state while it runs.
    Reloads,
    /// It keeps the old state until it is restarted.
    Stale,
    /// It stops doing its work and nobody is told.
    Silent,
    /// Its pods are replaced.
    Restarts,
    /// It is not applied until something else is ready.
    Waits,
    /// It runs on, and does not come back when it is restarted or reconciled.
    NextRestart,
    /// It stops working.
    BreaksNow,
    /// It is deleted.
    Deleted,
}

impl Consequence {
    /// What happens, for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Reloads => "reloads",
            Self::Stale => "stale until it restarts",
            Self::Silent => "fails silently",
            Self::Restarts => "restarts",
            Self::Waits => "waits",
            Self::NextRestart => "breaks at its next restart",
            Self::BreaksNow => "breaks now",
            Self::Deleted => "is deleted",
        }
    }
}

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
