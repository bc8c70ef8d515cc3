//! What is true of a Kubernetes kind.

mod mutability;
mod types;

pub use mutability::{Immutable, immutable_fields};
pub use types::{Field, List, Map, Pairing, Struct, Type, kind, list_keys};
