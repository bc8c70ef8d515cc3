//! Why something cannot be rendered, on its way up to the root.

use gitops_model::{Problem, ProblemKind, Unchecked};
use gitops_schema::MergeError;
use gitops_yaml::{ParseError, Span};

/// A cause, with the steps that led to it in front, as kustomize words them.
#[derive(Debug, Clone)]
pub(crate) struct Error {
    pub(crate) message: String,
    pub(crate) span: Option<Span>,
    pub(crate) help: Option<String>,
    pub(crate) unchecked: Vec<Unchecked>,
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn new(message: impl Into<String>, span: Option<Span>) -> Self {
        Self { message: message.into(), span, help: None, unchecked: Vec::new() }
    }

    pub(crate) fn at(message: impl Into<String>, span: Span) -> Self {
        Self::new(message, Some(span))
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same cause, reached through `step`.
    pub(crate) fn context(mut self, step: impl AsRef<str>) -> Self {
        self.message = format!("{}: {}", step.as_ref(), self.message);
        self
    }

    /// Blames `span` if nothing is blamed yet.
    pub(crate) fn or_at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    pub(crate) fn problem(&self, root: &str) -> Problem {
        let mut problem =
            Problem::new(ProblemKind::Render, self.message.clone(), self.span).of(root);
        problem.help.clone_from(&self.help);
        problem
    }
}

impl From<MergeError> for Error {
    fn from(error: MergeError) -> Self {
        Self::at(error.message, error.span)
    }
}

impl From<&ParseError> for Error {
    fn from(error: &ParseError) -> Self {
        Self::at(format!("MalformedYAMLError: {}", error.message), error.span)
    }
}

/// Adds the step that led to an error.
pub(crate) trait Context {
    fn context(self, step: impl AsRef<str>) -> Self;
    /// As [`Context::context`], the step worded only where there is an error.
    fn with_context(self, step: impl FnOnce() -> String) -> Self;
    fn or_at(self, span: Span) -> Self;
}

impl<T> Context for Result<T> {
    fn context(self, step: impl AsRef<str>) -> Self {
        self.map_err(|e| e.context(step))
    }

    fn with_context(self, step: impl FnOnce() -> String) -> Self {
        self.map_err(|e| e.context(step()))
    }

    fn or_at(self, span: Span) -> Self {
        self.map_err(|e| e.or_at(span))
    }
}
