//! Which charts a cluster is given, and with which values.
//!
//! Charts are not rendered: their content is counted as unchecked. Their identity, version and merged values
//! are known, and compared.

mod embedded;
mod flux;
mod inflated;
mod merge;
mod set;

pub(crate) use embedded::parsed;
pub(crate) use flux::releases;
pub(crate) use inflated::{inflated, of_unit};
pub(crate) use merge::merge;
pub(crate) use set::{Typing, set};
