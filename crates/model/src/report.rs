//! All that is told of one run; formats read it and nothing else.

use gitops_yaml::{SmolStr, Span};

use crate::{
    Action, Cluster, Effect, Finding, Gate, Gvk, Impact, ObjectKey, Risk, RuleMeta, Source,
    Unchecked, Unrestored, Way,
};

/// Everything a format may say.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The rules that could have spoken.
    pub rules: Vec<RuleMeta>,
    /// The clusters, in order of their names.
    pub clusters: Vec<ClusterReport>,
    /// What changes; split by action, effect and fields.
    pub changes: Vec<ChangeReport>,
    /// What is worth telling, worst first.
    pub findings: Vec<Finding>,
    /// What the change reaches beyond itself.
    pub impact: Impact,
    /// How risky it is.
    pub risk: Risk,
    /// How far it may go.
    pub gate: Gate,
    /// The ways out of what would be refused, recreated or lost; `plan` tells their steps.
    pub ways: Vec<Way>,
    /// What a revert of the change would not bring back, worst first.
    pub rollback: Vec<Unrestored>,
    /// What could not be analysed.
    pub unchecked: Vec<Unchecked>,
}

/// One cluster.
#[derive(Debug, Clone)]
pub struct ClusterReport {
    /// The cluster.
    pub cluster: Cluster,
    /// Its wave, if it is in one.
    pub wave: Option<SmolStr>,
    /// What it follows.
    pub sources: Vec<SourceReport>,
    /// How many objects change.
    pub changes: Counts,
}

/// One source of a cluster, and when the change reaches it; absent where it does not.
#[derive(Debug, Clone)]
pub struct SourceReport {
    /// The source.
    pub source: Source,
    /// When the change reaches it.
    pub effect: Option<Effect>,
}

/// Objects by what happens to them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// New ones.
    pub added: usize,
    /// Ones that go.
    pub removed: usize,
    /// Ones whose fields differ.
    pub modified: usize,
    /// Ones with another owner.
    pub moved: usize,
    /// Ones deleted and created again.
    pub recreated: usize,
}

/// One change, with all clusters on which it is the same.
#[derive(Debug, Clone)]
pub struct ChangeReport {
    /// Its group, version and kind.
    pub gvk: Gvk,
    /// The object.
    pub key: ObjectKey,
    /// What happens to it.
    pub action: Action,
    /// When.
    pub effect: Effect,
    /// Where.
    pub clusters: Vec<SmolStr>,
    /// What differs.
    pub fields: Vec<FieldReport>,
    /// Whether the next promotion makes it without the change under review, too.
    pub waits: bool,
}

/// One field that differs, its values fit to be shown: secrets are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldReport {
    /// Where in the object.
    pub path: String,
    /// The value before.
    pub before: Option<String>,
    /// The value after.
    pub after: Option<String>,
    /// Who wrote it.
    pub written: Span,
}
