//! Annotations that `buildMetadata` writes.

/// Where an object comes from.
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";
/// What changed it on the way.
pub(crate) const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";
