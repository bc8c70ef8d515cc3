//! Something wrong with an object by the schema of its kind, and how it is said.

use std::sync::Arc;

use gitops_model::{Controller, Resource, Severity, UnitId};
use gitops_schema::Violation;

use crate::Draft;

/// Something wrong with an object that a unit applies.
pub(crate) struct Invalid {
    pub(super) unit: UnitId,
    pub(super) controller: Controller,
    pub(crate) object: Arc<Resource>,
    pub(crate) violation: Violation,
    /// Whether server-side apply writes it, which refuses what other writes let pass.
    pub(super) strict: bool,
}

impl Invalid {
    /// A finding about the field, blamed on who wrote it.
    pub(crate) fn draft(&self, what: &str, fate: &str) -> Draft {
        let mut message = format!("`{}` {what}: {fate}", self.object.key);
        if !self.violation.path.0.is_empty() {
            message = format!("`{}` of {message}", self.violation.path);
        }
        Draft::new(message)
            .on(&self.object)
            .field(self.violation.path.clone())
            .at_origin(&self.violation.origin)
    }

    /// What becomes of an object that is refused.
    pub(crate) fn refused(&self) -> String {
        let unit = &self.unit;
        match self.controller {
            Controller::Flux => format!(
                "the API server refuses the object, and nothing of `{unit}` is applied until it is \
                 mended"
            ),
            Controller::ArgoCd => {
                format!("the API server refuses the object, and the sync of `{unit}` fails")
            }
            Controller::None => "the API server refuses the object".to_owned(),
        }
    }

    /// What becomes of something that only server-side apply refuses, and how bad that is.
    pub(crate) fn refused_if_strict(&self, otherwise: &str) -> (String, Severity) {
        if self.strict {
            (self.refused(), Severity::Error)
        } else {
            (otherwise.to_owned(), Severity::Warning)
        }
    }

    /// The kind with its version, as a person says it.
    pub(crate) fn kind(&self) -> String {
        format!("`{}` in `{}`", self.object.gvk.kind, self.object.gvk.api_version())
    }
}
