//! The files in which two states of a repository differ.

use gitops_model::Tree;
use gitops_yaml::SmolStr;
use rayon::prelude::*;

use crate::Fleet;

/// The YAML files of one state that the other does not have, or has with another content.
pub struct Changed<'t> {
    pub(crate) tree: &'t dyn Tree,
    pub(crate) paths: Vec<SmolStr>,
}

impl Fleet {
    /// The files of its tree that differ from those of another.
    #[must_use]
    pub fn changed<'t>(&self, tree: &'t dyn Tree, other: &dyn Tree) -> Changed<'t> {
        let differs = |path: &&SmolStr| tree.content_id(path).ok() != other.content_id(path).ok();
        let paths = self.scan.paths.par_iter().filter(differs).cloned().collect();
        Changed { tree, paths }
    }
}
