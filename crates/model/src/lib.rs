//! The nouns of the pipeline: what the verbs read and what they hand on. Accessors, no algorithms.
//!
//! ```text
//! Tree -> Node -> Resource -> Unit -> ClusterState -> Change -> Finding -> Risk -> GateDecision -> Report
//! ```

mod change;
mod cluster;
mod finding;
mod gate;
mod object;
mod path;
mod plan;
mod problem;
mod release;
mod report;
mod repository;
mod rollback;
mod rule;
mod unit_id;

pub use change::{Action, Change, FieldChange};
pub use cluster::{
    ApplyMode, Cluster, ClusterState, Controller, Deployed, Environment, KubernetesVersion, Source,
    SourceRef, Tracks, Unit,
};
pub use finding::{Apply, Confidence, Effect, Finding, Label, Role, Suppressed};
pub use gate::{
    CauseRisk, Gate, GateDecision, Impact, ImpactEdge, Lower, Reason, Risk, WaveDecision, WaveGate,
};
pub use object::{Gvk, ObjectKey, Removal, Resource};
pub use path::{FieldPath, Segment};
pub use plan::{Act, Advice, Hunk, Plan, Proof, Step, Way};
pub use problem::{Problem, ProblemKind, Unchecked};
pub use release::{Chart, Release};
pub use report::{ChangeReport, ClusterReport, Counts, FieldReport, Report, SourceReport};
pub use repository::{EntryKind, Identified, Repository, Revision, Tree, TreeError, clean_path};
pub use rollback::{Reversal, Unrestored};
pub use rule::{Persona, RuleId, RuleMeta, Severity};
pub use unit_id::UnitId;
