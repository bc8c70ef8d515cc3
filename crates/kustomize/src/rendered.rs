//! What becomes of a root.

use std::sync::Arc;

use gitops_model::{Problem, Resource, Unchecked};
use gitops_yaml::ContentId;

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
