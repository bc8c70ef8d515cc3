//! What Argo CD makes of its objects: the repo-server's manifests and the ApplicationSet controller's
//! Applications.

mod application;
mod chart;
mod clusters;
mod directory;
mod discover;
mod edit;
mod environment;
mod hub;
mod jsonnet;
mod made;
mod overrides;
mod patterns;
mod project;
mod set;
mod source;
mod state;
mod value_files;

pub(crate) use discover::{Hubs, discover};
pub(crate) use state::states;
