//! What is true of a Kubernetes kind.

mod mutability;

pub use mutability::{Immutable, immutable_fields};
