//! What changes resources, one step of a kustomization each.

pub(crate) mod absent;
pub(crate) mod affix;
pub(crate) mod images;
pub(crate) mod labels;
pub(crate) mod namespace;
pub(crate) mod patches;
pub(crate) mod replacements;
pub(crate) mod replicas;
mod reprint;
pub(crate) mod structured;
pub(crate) mod value_add;
