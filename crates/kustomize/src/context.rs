//! What a build reads from and keeps its results in.

use gitops_model::Tree;
use gitops_yaml::Sources;

use crate::memo::Memo;

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
