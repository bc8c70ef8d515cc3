//! Documents within a string.

use gitops_yaml::{Limits, Node, parse as parse_text};

use crate::error::{Error, Result};

/// The document that a scalar's text holds.
pub(crate) fn parse(scalar: &Node) -> Result<Node> {
    let text = scalar.text().unwrap_or_default();
    let parsed = parse_text(scalar.span().file, text, &Limits::default());
    if let Some(error) = parsed.errors.first() {
        return Err(Error::at(error.message.clone(), scalar.span()));
    }
    let document = parsed.documents.into_iter().next();
    document.ok_or_else(|| Error::at("no structured data found in path", scalar.span()))
}
