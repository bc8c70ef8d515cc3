//! Flux and Argo CD objects as typed values with spans.
//!
//! A typed object is a view: it borrows the rendered object and reads a field when asked, so every value
//! still knows the line that wrote it. Fields of the wrong type read as absent; the API server refuses
//! such objects, and the schema checks say so.

mod fields;

pub mod argocd;
pub mod flux;
