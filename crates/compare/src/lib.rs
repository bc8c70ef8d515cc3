//! Pairs two states of a cluster and says which objects and fields changed, and which charts.
//!
//! [`compare`] pairs objects by identity; [`fields`] pairs what is inside them: maps by key, lists by
//! the fields that identify their items, other lists by what they have in common. [`renames`] finds
//! the removed and added objects that are one to a person.

mod blame;
mod fields;
mod lists;
mod meaning;
mod releases;
mod renames;
mod states;

pub use fields::fields;
pub use releases::Bump;
pub use renames::{Rename, RenameKind, renames};
pub use states::compare;
