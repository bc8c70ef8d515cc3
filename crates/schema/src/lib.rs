//! What is true of a Kubernetes kind.

mod cluster_scope;
mod decode;
mod defaults;
mod definition;
pub mod field_specs;
mod form;
mod format;
mod mutability;
mod quantity;
mod removed;
mod scope;
mod strategic_merge;
pub mod tables;
mod types;
mod validity;
mod whole;

pub use cluster_scope::kustomize_cluster_scoped;
pub use decode::{decode, read};
pub use defaults::{default_text, fill};
pub use definition::{Answer, Definition, Rule, is_ruleless, pairing, rules};
pub use format::is_checked_format;
pub use mutability::{Immutable, immutable_fields, immutable_table};
pub use quantity::Quantity;
pub use removed::{RemovedApi, removed_api};
pub use scope::{is_cluster_scoped, stored_key};
pub use strategic_merge::{MergeError, MergeSchema, StrategicMerge};
pub use types::{
    Field, Limits, List, Map, Pairing, Struct, Type, delivery_kind, identity, is_other_alpha, kind,
    list_keys, served,
};
pub use validity::{Fault, Violation, is_unknown, misnamed, violations};
pub use whole::whole;
