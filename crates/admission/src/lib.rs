//! Says whether the API server accepts an update, and why not.
//!
//! [`judge`] takes the object before and after a change, how it is written and the release of the
//! server, and answers as kube-apiserver would: [`Verdict::Rejected`] exactly where an update is
//! refused that would be taken as a create.

mod conditions;
mod custom;
mod edit;
mod invalid;
mod judge;
mod judged;
mod kinds;
mod manifest;
mod neighbours;
mod verdict;
mod write;

pub use judge::judge;
pub use neighbours::{Alone, Neighbours};
pub use verdict::{Refusal, Update, Verdict};
