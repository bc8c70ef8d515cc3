//! Where kustomize's transformers write and read when a kustomization says nothing else: the table
//! `kustomize-field-specs`, in the order in which kustomize sorts it.

/// Group, version and kind; empty parts match any.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the parts say what they are")]
pub struct Gvk {
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
}

/// A path in objects of some kinds.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// The kinds.
    pub gvk: Gvk,
    /// The path, with `/`.
    pub path: &'static str,
    /// Whether the path is made where it is absent.
    pub create: bool,
}

include!(concat!(env!("OUT_DIR"), "/field_specs.rs"));
