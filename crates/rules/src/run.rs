//! Running rules: what they are given, what they say, and what becomes of it.

mod check;
mod draft;
mod dropped;
mod facts;
mod gather;
mod suppress;

pub(crate) use check::{check, compares_clusters, findings};
pub(crate) use draft::Draft;
pub(crate) use facts::Fleet;
pub use facts::{Facts, Holds, Pair, State};
pub use gather::gather;
pub(crate) use suppress::Suppression;
