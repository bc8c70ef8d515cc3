//! The objects of Flux and of the Flux Operator, in every served version.

mod artifact;
mod helm;
mod kustomization;
mod operator;
mod source;

pub use artifact::{Artifact, ArtifactGenerator, ArtifactSource, Copy};
pub use helm::{Chart, HelmRelease, ValuesSource};
pub use kustomization::{Dependency, Kustomization, VariableSource};
pub use operator::{FluxInstance, InputProvider, ResourceSet, Sync};
pub use source::{Include, Reference, Source};

use gitops_model::{Resource, SourceRef};
use gitops_yaml::Node;

use crate::fields::{field, namespace};

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

/// Reads a reference to a source; its namespace is that of the object where it names none.
fn source_ref(owner: &Resource, node: &Node) -> Option<SourceRef> {
    Some(SourceRef {
        kind: field(node, "kind")?.into(),
        namespace: field(node, "namespace").map_or_else(|| namespace(owner), Into::into),
        name: field(node, "name")?.into(),
    })
}
