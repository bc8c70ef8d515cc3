//! What goes wrong in a template.

/// Kinds of [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The template cannot be read.
    Syntax,
    /// A parameter is not there, and the options make that an error.
    Missing,
    /// A function refuses what it is given, or a value has no such field.
    Failed,
    /// The result differs from run to run: the clock, random numbers, new keys, or a function that is
    /// not evaluated here.
    Undetermined,
    /// A limit of [`crate::Limits`] was passed.
    Limit,
}

/// Why a template gives no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Which kind of thing.
    pub kind: ErrorKind,
    /// What is wrong, for people.
    pub message: String,
    /// Where, in bytes from the start of the template's text.
    pub offset: usize,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>, offset: usize) -> Self {
        Self { kind, message: message.into(), offset }
    }
}

/// What a function answers when it fails; the evaluator adds the place.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Failed, message: message.into() }
    }

    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Limit, message: message.into() }
    }

    pub(crate) fn at(self, offset: usize) -> Error {
        Error { kind: self.kind, message: self.message, offset }
    }
}
