//! The API groups of Flux and of the Flux Operator.

/// The API group of Kustomizations.
pub const KUSTOMIZE_GROUP: &str = "kustomize.toolkit.fluxcd.io";
/// The API group of sources.
pub const SOURCE_GROUP: &str = "source.toolkit.fluxcd.io";
/// The API group of HelmReleases.
pub const HELM_GROUP: &str = "helm.toolkit.fluxcd.io";
/// The API group of ArtifactGenerators.
pub const SOURCE_EXTENSIONS_GROUP: &str = "source.extensions.fluxcd.io";
/// The API group of FluxInstances and ResourceSets.
pub const OPERATOR_GROUP: &str = "fluxcd.controlplane.io";
