//! The objects of Flux and of the Flux Operator, in every served version.

mod artifact;
mod groups;
mod helm;
mod kustomization;
mod operator;
mod source;

pub use artifact::{Artifact, ArtifactGenerator, ArtifactSource, Copy};
pub use groups::{
    HELM_GROUP, KUSTOMIZE_GROUP, OPERATOR_GROUP, SOURCE_EXTENSIONS_GROUP, SOURCE_GROUP,
};
pub use helm::{Chart, HelmRelease, ValuesSource};
pub use kustomization::{Dependency, Kustomization, VariableSource};
pub use operator::{FluxInstance, InputProvider, ResourceSet, Sync};
pub use source::{Include, Reference, Source};
