//! What a source of an Application gives, or why it gives nothing.

use std::sync::Arc;

use gitops_model::{Chart, Problem, Resource, Unchecked};
use gitops_yaml::{ContentId, Node, SmolStr, Span};

/// What a source gives.
#[derive(Default)]
pub(super) struct Made {
    pub(super) resources: Vec<Arc<Resource>>,
    pub(super) warnings: Vec<Problem>,
    /// The hash of all that was read; absent where nothing could be rendered.
    pub(super) inputs: Option<ContentId>,
    /// What is not rendered.
    pub(super) gaps: Vec<Gap>,
    /// The charts that it installs.
    pub(super) charts: Vec<Installed>,
}

/// Why a source gives nothing.
pub(super) struct Failed {
    pub(super) problems: Vec<Problem>,
    pub(super) gaps: Vec<Gap>,
    /// The charts that it would install.
    pub(super) charts: Vec<Installed>,
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem], gaps: Vec::new(), charts: Vec::new() }
    }
}

/// A chart and the values that it is given.
pub(super) struct Installed {
    pub(super) chart: Chart,
    pub(super) values: Node,
}

/// Something that is not known of what a source gives.
pub(super) struct Gap {
    why: String,
    span: Option<Span>,
    files: Vec<(SmolStr, ContentId)>,
}

impl Gap {
    pub(super) fn new(why: impl Into<String>, span: Span) -> Self {
        Self { why: why.into(), span: Some(span), files: Vec::new() }
    }

    /// With the files that it is made of.
    pub(super) fn of(self, files: Vec<(SmolStr, ContentId)>) -> Self {
        Self { files, ..self }
    }

    /// The gap as one of an Application: `what` by name, declared at `declared`.
    pub(super) fn unchecked(self, what: &str, declared: Span) -> Unchecked {
        let span = self.span.or(Some(declared));
        Unchecked { files: self.files, ..Unchecked::new(what, self.why, span) }
    }
}

impl From<&Unchecked> for Gap {
    fn from(unchecked: &Unchecked) -> Self {
        let Unchecked { what, why, span, files, .. } = unchecked;
        Self { why: format!("{what}: {why}"), span: *span, files: files.clone() }
    }
}
