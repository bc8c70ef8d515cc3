//! Rules, as others see them.

/// A rule's name: `immutable-field`.
pub type RuleId = &'static str;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Likely to hurt.
    Warning,
    /// Will be refused, lost or broken.
    Error,
}

impl Severity {
    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What every rule says of itself.
#[derive(Debug, Clone, Copy)]
pub struct RuleMeta {
    /// Its name.
    pub id: RuleId,
    /// One line: what the rule finds.
    pub summary: &'static str,
    /// Its severity, unless a finding says otherwise.
    pub severity: Severity,
    /// Who wants to hear it.
    pub persona: Persona,
    /// The release that brought it.
    pub since: &'static str,
    /// Its page, `rules/<id>.md`.
    pub page: &'static str,
}

/// Who wants to hear a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persona {
    /// Everyone: it fires for a cause.
    Regular,
    /// Those who ask for more: it fires on habits that often turn out well.
    Pedantic,
}
