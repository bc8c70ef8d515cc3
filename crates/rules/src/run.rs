//! Running rules: what they are given, what they say, and what becomes of it.

mod check;
mod draft;
mod facts;
mod gather;

pub use check::check;
pub use draft::Draft;
pub use facts::{Facts, Pair, State};
pub use gather::gather;
