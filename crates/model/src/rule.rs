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
    /// The release that brought it.
    pub since: &'static str,
    /// Its page, `rules/<id>.md`.
    pub page: &'static str,
}
