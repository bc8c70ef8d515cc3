//! Rules, as others see them.

use crate::Severity;

/// A rule's name: `immutable-field`.
pub type RuleId = &'static str;

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
