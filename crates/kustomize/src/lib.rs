//! Renders one kustomization as `kustomize build` does, and keeps every value's history.
//!
//! [`build`] reads a root directory through a [`Tree`], [`print()`] says the result as kustomize says it.
//! A [`Memo`] shared by all calls renders a root once for equal inputs, whichever tree they are in.

mod accumulate;
mod accumulated;
mod annotations;
mod build_metadata;
mod config;
mod context;
mod crds;
mod decode;
mod document;
mod error;
mod fields;
mod folded;
mod generate;
mod hash;
mod id;
mod inline;
mod json;
mod json_patch;
mod kustomization;
mod load;
mod memo;
mod name_reference;
mod object;
mod options;
mod order;
mod path;
mod pattern;
mod plugin;
mod rank;
mod read;
mod remote;
mod render;
mod rendered;
mod resources;
mod selector;
mod session;
mod shared;
mod steps;
mod trace;
mod transform;
mod vars;
mod written;
mod yaml11;

use std::sync::Arc;

use gitops_model::{Problem, Resource, Tree};
use gitops_yaml::{Node, PrintOptions};

pub use context::Context;
pub use memo::Memo;
pub use options::{LoadRestrictor, Options, Release, Remote};
pub use rendered::{Failure, Rendered};

/// Renders the kustomization root at `root`, a directory of the tree.
///
/// # Errors
/// Where kustomize would fail, with the line that is at fault.
pub fn build(cx: &Context, root: &str, options: &Options) -> Result<Arc<Rendered>, Arc<Failure>> {
    render::render(cx, root, None, options)
}

/// Renders a root whose kustomization file is replaced by `kustomization`: Flux and Argo CD edit it
/// before they build.
///
/// # Errors
/// As [`build`].
pub fn build_with(
    cx: &Context,
    root: &str,
    kustomization: &Node,
    options: &Options,
) -> Result<Arc<Rendered>, Arc<Failure>> {
    render::render(cx, root, Some(kustomization), options)
}

/// The path of the kustomization file in a directory, if there is one.
#[must_use]
pub fn kustomization_file(tree: &dyn Tree, root: &str) -> Option<String> {
    kustomization::FILE_NAMES
        .iter()
        .map(|name| if root.is_empty() { (*name).to_owned() } else { format!("{root}/{name}") })
        .find(|path| tree.kind(path) == Some(gitops_model::EntryKind::File))
}

/// The objects of one plain file, as kustomize reads them.
///
/// # Errors
/// What is wrong with the file, with the line.
pub fn load_objects(cx: &Context, path: &str) -> Result<Vec<Resource>, Vec<Problem>> {
    render::load_objects(cx, path)
}

/// What `kustomize build` prints for these objects.
#[must_use]
pub fn print(resources: &[Arc<Resource>]) -> String {
    gitops_yaml::print_all(resources.iter().map(|r| &r.body), &PrintOptions::KUSTOMIZE)
}
