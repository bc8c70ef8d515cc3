//! How risky a change is, and how far it may go.

use gitops_yaml::SmolStr;

use crate::{Effect, ObjectKey};

/// One thing that makes a change riskier, in decibels.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// What, for people.
    pub label: String,
    /// How much; negative where it makes the change safer.
    pub decibels: f64,
    /// The fingerprint of the finding that says so, if one does.
    pub finding: Option<String>,
}

/// What would lower a cause's score, and to which.
#[derive(Debug, Clone, PartialEq)]
pub struct Lower {
    /// What to do.
    pub label: String,
    /// The score then.
    pub score: u8,
}

/// The risk of all that one line causes in one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct CauseRisk {
    /// The cause's id.
    pub cause: String,
    /// The environment.
    pub environment: String,
    /// What it is, for people.
    pub label: String,
    /// 0 to 100.
    pub score: u8,
    /// What adds up to it.
    pub reasons: Vec<Reason>,
    /// What would lower it.
    pub lowers: Vec<Lower>,
}

/// A score that explains itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Risk {
    /// 0 to 100.
    pub score: u8,
    /// `1:` and a hash of the weights.
    pub model: String,
    /// What it is made of.
    pub causes: Vec<CauseRisk>,
}

impl Risk {
    /// `low` below 10, `moderate` below 30, `high` below 60, else `critical`.
    #[must_use]
    pub fn band(&self) -> &'static str {
        match self.score {
            0..10 => "low",
            10..30 => "moderate",
            30..60 => "high",
            _ => "critical",
        }
    }
}

/// Whether a wave may take the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WaveDecision {
    /// May take it on merge.
    Allowed,
    /// May take it when the wave before has soaked.
    AfterSoak,
    /// A person must say yes first.
    NeedsApproval,
    /// Something it needs to know is unchecked, unresolved or not enforceable.
    Held,
    /// A hard stop, or a score above the wave's limit.
    Blocked,
}

impl WaveDecision {
    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::AfterSoak => "after-soak",
            Self::NeedsApproval => "needs-approval",
            Self::Held => "held",
            Self::Blocked => "blocked",
        }
    }
}

/// The decision for all waves together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum GateDecision {
    /// Every wave is open in its turn.
    #[default]
    Pass,
    /// Some wave is held.
    Hold,
    /// Some wave is blocked.
    Block,
}

impl GateDecision {
    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Hold => "hold",
            Self::Block => "block",
        }
    }
}

/// One wave and what it may do.
#[derive(Debug, Clone, PartialEq)]
pub struct WaveGate {
    /// Its name.
    pub name: SmolStr,
    /// Its clusters.
    pub clusters: Vec<SmolStr>,
    /// The risk of what reaches it.
    pub score: u8,
    /// What it may do.
    pub decision: WaveDecision,
    /// How long it soaks before the next may follow, as configured: `30m`.
    pub wait_time: Option<String>,
    /// Why.
    pub because: Vec<String>,
}

/// The gate's answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gate {
    /// For all waves.
    pub decision: GateDecision,
    /// In their order.
    pub waves: Vec<WaveGate>,
}

/// An edge of what the change reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImpactEdge {
    /// Who feels it.
    pub from: ObjectKey,
    /// What changed.
    pub to: ObjectKey,
    /// `selects`, `mounts`, `waits-for`, ...
    pub kind: &'static str,
    /// What `from` has to do with `to`, for people: `waits for`, `is selected by`.
    pub reason: &'static str,
    /// What happens to `from`, for people: `breaks now`, `restarts`, `waits`.
    pub consequence: String,
    /// When.
    pub effect: Effect,
    /// On which clusters.
    pub clusters: Vec<SmolStr>,
}

/// What the change reaches beyond itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact {
    /// The objects, each once.
    pub nodes: Vec<ObjectKey>,
    /// The edges.
    pub edges: Vec<ImpactEdge>,
}
