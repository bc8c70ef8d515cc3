//! What a revert of a change would not bring back.

use std::collections::BTreeSet;

use gitops_yaml::SmolStr;

use crate::{Advice, Effect, Gvk, ObjectKey};

/// How much a revert restores, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reversal {
    /// All of it, with another outage.
    Disrupts,
    /// Not the identity: an address, a token, a certificate.
    Identity,
    /// Nothing until someone acts by hand.
    ByHand,
    /// Nothing at all.
    Lost,
}

impl Reversal {
    /// The class used in reports, as in `risk`: `R0` would be all of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disrupts => "R1",
            Self::Identity => "R2",
            Self::ByHand => "R3",
            Self::Lost => "R4",
        }
    }
}

/// Something of an object that a revert would not restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrestored {
    /// Its group, version and kind.
    pub gvk: Gvk,
    /// The object.
    pub key: ObjectKey,
    /// How much a revert restores.
    pub class: Reversal,
    /// What is lost, and why.
    pub why: String,
    /// What to keep before the merge.
    pub keep: Advice,
    /// When the change comes true.
    pub effect: Effect,
    /// Where.
    pub clusters: BTreeSet<SmolStr>,
}
