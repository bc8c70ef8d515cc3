//! What is wrong with an object by the schema of its kind.

mod across;
mod builtin;
mod limits;
mod name;
mod place;
mod scalar;
mod unknown;
mod violation;

pub use builtin::violations;
pub use name::misnamed;
pub(crate) use place::Place;
pub use unknown::is_unknown;
pub use violation::{Fault, Violation};
pub(crate) use violation::{nearest, one_of};
