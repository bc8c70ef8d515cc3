//! How a template is run.

use crate::limits::Limits;

/// What a map gives for a key that it does not have: the option `missingkey` of Go's templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingKey {
    /// No value, printed as `<no value>`.
    #[default]
    Invalid,
    /// The zero value of the map's type.
    Zero,
    /// An error.
    Error,
}

/// How a template is run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// What a missing key gives.
    pub missing: MissingKey,
    /// What the template may cost.
    pub limits: Limits,
}

impl Options {
    /// Reads Go's `missingkey=…` options, the last one counting; `None` for an option that Go does not know.
    #[must_use]
    pub fn from_go<'a>(options: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        options.into_iter().try_fold(Self::default(), |read, option| {
            let missing = match option {
                "missingkey=default" | "missingkey=invalid" => MissingKey::Invalid,
                "missingkey=zero" => MissingKey::Zero,
                "missingkey=error" => MissingKey::Error,
                _ => return None,
            };
            Some(Self { missing, ..read })
        })
    }
}
