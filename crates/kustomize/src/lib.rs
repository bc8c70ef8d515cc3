//! Renders one kustomization as `kustomize build` does, and keeps every value's history.
//!
//! [`build`] reads a root directory through a [`Tree`], [`print()`] says the result as kustomize says it.
//! A [`Memo`] shared by all calls renders a root once for equal inputs, whichever tree they are in.

mod accumulate;
mod build_metadata;
mod config;
mod crds;
mod decode;
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
mod order;
mod path;
mod pattern;
mod plugin;
mod read;
mod remote;
mod render;
mod resources;
mod selector;
mod session;
mod shared;
mod steps;
mod trace;
mod transform;
mod vars;
mod written;

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_model::{Problem, Resource, Tree, Unchecked};
use gitops_yaml::{ContentId, Node, PrintOptions, Sources};

pub use memo::Memo;

/// What a build reads from and keeps its results in.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The files of one revision.
    pub tree: &'a dyn Tree,
    /// Where their texts are kept.
    pub sources: &'a Sources,
    /// Results of earlier builds.
    pub memo: &'a Memo,
}

/// The release of kustomize to follow. Flux 2.9 links 5.8.1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Release {
    /// 5.8.1.
    V5_8_1,
    /// 5.8.2.
    #[default]
    V5_8_2,
}

/// Which files a kustomization may name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LoadRestrictor {
    /// Files in or below its root.
    #[default]
    RootOnly,
    /// Any file of the tree.
    None,
}

/// What to do about resources that would have to be fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Remote {
    /// Fail, as a build that must be whole.
    #[default]
    Refuse,
    /// Render the rest, and say what was left out.
    LeaveOut,
}

/// How to build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Options {
    /// The release to follow.
    pub release: Release,
    /// Which files may be read.
    pub load_restrictor: LoadRestrictor,
    /// What to do about remote resources that no directory stands for.
    pub remote: Remote,
    /// Whether what needs a program of its own is left out, and said, rather than refused: generators that are
    /// plugins, and charts. Whoever applies the objects may run it.
    pub leave_out_programs: bool,
    /// Directories of the tree that stand for remote repositories, by address without `?ref=`.
    pub repo_map: BTreeMap<String, String>,
}

/// A rendered root.
#[derive(Debug)]
pub struct Rendered {
    /// The objects, in the order in which they are printed.
    pub resources: Vec<Arc<Resource>>,
    /// Warnings.
    pub problems: Vec<Problem>,
    /// What could not be analysed.
    pub unchecked: Vec<Unchecked>,
    /// The hash over all that was read, paths included, and the options: equal inputs, equal result.
    pub inputs: ContentId,
}

/// Why a root does not render.
#[derive(Debug)]
pub struct Failure {
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What could not be analysed.
    pub unchecked: Vec<Unchecked>,
}

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
