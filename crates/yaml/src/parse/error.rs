//! What is wrong with a text.

use crate::{Entry, Node, Span};

/// Something wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Which kind of thing.
    pub kind: ErrorKind,
    /// What is wrong, for people.
    pub message: String,
    /// Where.
    pub span: Span,
    /// For a duplicate key other than `<<`, the entry that stands first.
    pub first: Option<Box<Entry>>,
}

/// Kinds of [`ParseError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// No YAML; the document is lost.
    Syntax,
    /// A key stands twice in one map; the last one counts.
    DuplicateKey,
    /// Text behind the end of a document that no `---` starts; readers pass over it.
    Unread,
    /// A scalar that is not of the type that its tag names; only who reads the value itself refuses it.
    Tag,
    /// A limit of [`crate::Limits`] was passed; the document is lost.
    Limit,
    /// The file is no UTF-8 text.
    Encoding,
}

impl ErrorKind {
    /// Whether readers that take what they can get refuse the text.
    #[must_use]
    pub fn is_fatal(self) -> bool {
        !matches!(self, Self::DuplicateKey | Self::Unread)
    }
}

impl ParseError {
    /// Whether it is about the tag of this value.
    pub(super) fn is_tag_of(&self, value: &Node) -> bool {
        self.kind == ErrorKind::Tag && self.span == value.span()
    }

    pub(crate) fn not_utf8(span: Span) -> Self {
        let message = "the file is not UTF-8 text".to_owned();
        Self { kind: ErrorKind::Encoding, message, span, first: None }
    }
}
