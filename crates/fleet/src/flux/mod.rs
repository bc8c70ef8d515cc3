//! What kustomize-controller, source-controller and the Flux Operator make of their objects.

mod artifact;
mod asked;
mod build;
mod cluster;
mod definition;
mod discover;
mod entry;
mod envsubst;
mod followed;
mod generate;
mod include;
mod inputs;
mod instance;
mod kept;
mod overlay;
mod patched;
mod resource_set;
mod sourceignore;
mod sources;
mod state;
mod substitute;
mod variables;

pub(crate) use discover::{Discovered, discover};
pub(crate) use generate::{FILE_NAMES, is_kustomization};
pub(crate) use include::Included;
pub(crate) use kept::Walks;
pub(crate) use state::states;
