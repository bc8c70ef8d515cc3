//! What a template gives.

use gitops_yaml::{Exposure, Origin};

/// What a template printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// Whether all of the text is the value of one action.
    pub is_value: bool,
    /// Where the values that were printed are written, in their order, as far as that is known.
    pub origins: Vec<Origin>,
    /// Whether the text may be shown.
    pub exposure: Exposure,
}

impl Rendered {
    /// Who wrote the text of a template at `at`: where the whole text is one value, the line of that value
    /// with the template behind it; else the template's line with the values behind it.
    #[must_use]
    pub fn origin(&self, at: &Origin) -> Origin {
        match self.origins.first() {
            Some(value) if self.is_value => value.on_top_of("template", at),
            _ => self
                .origins
                .iter()
                .fold(at.clone(), |origin, value| origin.on_top_of("template", value)),
        }
    }
}
