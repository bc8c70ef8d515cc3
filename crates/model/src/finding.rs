//! What a reviewer is told.

use std::collections::BTreeSet;

use gitops_yaml::{SmolStr, Span};

use crate::{FieldPath, Gvk, ObjectKey, RuleId, Severity};

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// Depends on things that the repository does not say.
    Possible,
    /// Nearly always so.
    Likely,
    /// Follows from what was read.
    Certain,
}

impl Confidence {
    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// What becomes of the write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Apply {
    /// The API server takes it.
    Accepted,
    /// The controller deletes the object and creates it again.
    Recreated,
    /// The API server refuses an update that it would take as a create.
    Rejected,
    /// Data goes with it.
    DataLoss,
}

impl Apply {
    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Recreated => "recreated",
            Self::Rejected => "rejected",
            Self::DataLoss => "data-loss",
        }
    }
}

/// When a change reaches a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// On merge.
    Now,
    /// At the cluster's next promotion.
    Queued,
    /// Not at all: nothing reads it.
    Never,
}

impl Effect {
    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Queued => "queued",
            Self::Never => "never",
        }
    }
}

/// What a place has to do with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The line to blame; exactly one.
    Primary,
    /// An earlier writer of the same value.
    Origin,
    /// Another place that matters.
    Related,
}

/// A place and a remark about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    /// What it has to do with the finding.
    pub role: Role,
    /// Where.
    pub span: Span,
    /// The remark; may be empty.
    pub message: String,
}

/// Why a finding is not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// `comment`, `annotation`, `config` or `baseline`.
    pub by: &'static str,
    /// The reason given.
    pub reason: String,
    /// The date (YYYY-MM-DD) until which it holds.
    pub expires: Option<String>,
}

impl Suppressed {
    /// What there is without the change under review, too.
    pub const BASELINE: &str = "baseline";
}

/// One thing worth telling a reviewer, with all clusters it is true for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// What is wrong and why; lower case, names in backticks.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where: one primary label, then the others. Empty only where no file is at fault.
    pub labels: Vec<Label>,
    /// The object.
    pub object: Option<(Gvk, ObjectKey)>,
    /// Further objects that the same line makes wrong in the same way; set when findings are gathered.
    pub others: BTreeSet<(Gvk, ObjectKey)>,
    /// The field of the object.
    pub field: Option<FieldPath>,
    /// What becomes of the write; absent where it does not apply.
    pub apply: Option<Apply>,
    /// When it reaches the clusters; absent for findings on one state.
    pub effect: Option<Effect>,
    /// The clusters it is true for.
    pub clusters: BTreeSet<SmolStr>,
    /// Findings that blame the same line share it; set when findings are gathered.
    pub cause: String,
    /// Stable when lines move; set when findings are gathered.
    pub fingerprint: String,
    /// Set where it is not counted.
    pub suppressed: Option<Suppressed>,
}

impl Finding {
    /// Every object that it is about.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectKey> {
        self.object.iter().chain(&self.others).map(|(_, key)| key)
    }

    /// The line to blame.
    #[must_use]
    pub fn primary(&self) -> Option<Span> {
        self.labels.iter().find(|l| l.role == Role::Primary).map(|l| l.span)
    }
}
