//! Follows Flux and Argo CD from entry points to what each cluster is given.

pub mod flux;
