//! The tables of `schemas/tables` that are read while rendering or comparing, as JSON: `build.rs` makes it.

macro_rules! table {
    ($name:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/", $name, ".json"))
    };
}

/// Which kinds live in no namespace.
pub(crate) const CLUSTER_SCOPED: &str = table!("cluster-scoped");
/// What the API server writes where a manifest says nothing.
pub(crate) const DEFAULTS: &str = table!("defaults");
/// What the API server's validation asks of values beyond their types.
pub(crate) const FORMS: &str = table!("forms");
/// What an update may not change.
pub(crate) const IMMUTABLE_FIELDS: &str = table!("immutable-fields");
/// Which versions of an API are served no longer.
pub(crate) const REMOVED_APIS: &str = table!("removed-apis");
/// Whose custom resources have no transition rules.
pub(crate) const RULELESS_GROUPS: &str = table!("ruleless-groups");
/// How the API server decodes its kinds.
pub(crate) const TYPES: &str = table!("types");
/// What Flux and Argo CD ask of their kinds.
pub(crate) const TYPES_DELIVERY: &str = table!("types-delivery");
/// What older releases have otherwise.
pub(crate) const TYPES_OLDER: &str = table!("types-older");

/// Which field names which object.
pub const REFERENCES: &str = table!("references");
