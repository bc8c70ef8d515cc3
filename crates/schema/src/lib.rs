//! What is true of a Kubernetes kind.

mod decode;
mod defaults;
mod mutability;
mod quantity;
mod removed;
mod types;

pub use decode::decode;
pub use defaults::{default_text, fill};
pub use mutability::{Immutable, immutable_fields, immutable_table};
pub use quantity::Quantity;
pub use removed::{RemovedApi, removed_api};
pub use types::{Field, List, Map, Pairing, Struct, Type, kind, list_keys};
