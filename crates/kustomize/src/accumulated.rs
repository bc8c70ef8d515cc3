//! What roots gather before they are finished.

use std::sync::Arc;

use gitops_model::Unchecked;

use crate::config::Config;
use crate::resources::Resources;
use crate::vars::Vars;

/// What has been gathered so far.
#[derive(Debug, Clone)]
pub(crate) struct Accumulated {
    pub(crate) resources: Resources,
    pub(crate) config: Arc<Config>,
    pub(crate) vars: Vars,
    /// Remote resources that are not among these.
    pub(crate) left_out: Vec<Unchecked>,
}

impl Accumulated {
    pub(crate) fn empty() -> Self {
        let (resources, vars, left_out) = Default::default();
        Self { resources, config: Arc::default(), vars, left_out }
    }
}
