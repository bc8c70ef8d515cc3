//! What is asked, and what is answered.

use gitops_model::{ApplyMode, FieldPath, KubernetesVersion, Resource};
use gitops_yaml::Node;

use crate::neighbours::Neighbours;

/// An update of one object.
#[derive(Clone, Copy)]
pub struct Update<'a> {
    /// The object as it was last applied. A `status` in it says what state the live object is in.
    pub old: &'a Resource,
    /// The object as it will be applied.
    pub new: &'a Resource,
    /// How it is written.
    pub mode: ApplyMode,
    /// The release of the API server.
    pub version: KubernetesVersion,
    /// What exists beside it.
    pub neighbours: &'a dyn Neighbours,
}

/// What the API server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It takes the update, or would refuse the new object as a create too.
    Accepted,
    /// It refuses the update; at least one reason.
    Rejected(Vec<Refusal>),
    /// It cannot be said here, and why.
    Unknown(String),
    /// No definition of its kind is known, so that no rule of one could be looked at.
    Undefined,
}

/// One reason why an update is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The field.
    pub path: FieldPath,
    /// The reason, in the API server's words.
    pub message: String,
    /// Where the rule was read: a file and function of the API server, or a page of its manual.
    pub source: &'static str,
    /// Whether it is refused whatever the cluster holds. Otherwise it is taken if the manifest names the
    /// very value that the server once chose: an address, a port, a volume.
    pub certain: bool,
    /// The value before, absent where there was none.
    pub before: Option<Node>,
    /// The value after, absent where there is none.
    pub after: Option<Node>,
}
