//! What objects have to do with each other.

use serde::Deserialize;

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

/// What is wrong with the order of two objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// Nothing says which comes first.
    Undeclared,
    /// The one that is needed comes last: it waits for the one that needs it.
    Reversed,
}
