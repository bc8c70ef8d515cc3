//! What a rule is.

use gitops_model::{Change, Finding, ProblemKind, RuleMeta};

use crate::run::Suppression;
use crate::{Draft, Facts, Fleet, Pair, State};

/// Something worth telling a reviewer, and how to notice it.
#[derive(Clone, Copy)]
pub struct Rule {
    /// What it says of itself.
    pub meta: RuleMeta,
    /// How to notice it.
    pub(crate) check: Check,
}

/// How to notice, by what a rule has to look at. The driver does all walking.
#[derive(Clone, Copy)]
pub(crate) enum Check {
    /// A problem of this kind, met while reading and rendering, is a finding as it stands.
    Problem(ProblemKind),
    /// One cluster as it is. Where two states are compared, only what the change brings is told.
    State(fn(&State<'_>, &mut Vec<Draft>)),
    /// One object that differs.
    Change(fn(&Pair<'_>, &Change, &mut Vec<Draft>)),
    /// One cluster before and after.
    Pair(fn(&Pair<'_>, &mut Vec<Draft>)),
    /// What all clusters follow. Where two states are compared, only what the change brings is told.
    Fleet(fn(&Fleet<'_>, &mut Vec<Draft>)),
    /// What all clusters follow on merge, before anything that waits is promoted. Where two states are compared, only
    /// what the change brings is told.
    Merged(fn(&Fleet<'_>, &mut Vec<Draft>)),
    /// The objects of all clusters, which must then be rendered, whether a change reaches them or not.
    Objects(fn(&Fleet<'_>, &mut Vec<Draft>)),
    /// All rules, the suppressions, and what the other rules found.
    Suppression(Judge),
}

type Judge = fn(&[Rule], &Facts<'_>, &[Suppression<'_>], &[Finding], &mut Vec<Draft>);

/// Declares the rule of a file; its page is found by its name.
macro_rules! rule {
    ($id:literal, $severity:ident, $check:expr, $summary:literal) => {
        rule!($id, $severity, $check, $summary, Regular);
    };
    ($id:literal, $severity:ident, $check:expr, $summary:literal, $persona:ident) => {
        pub(crate) const RULE: $crate::Rule = $crate::Rule {
            meta: gitops_model::RuleMeta {
                id: $id,
                summary: $summary,
                severity: gitops_model::Severity::$severity,
                persona: gitops_model::Persona::$persona,
                since: "0.1.0",
                page: include_str!(concat!(
                    env!("CARGO_MANIFEST_DIR"),
                    "/../../rules/",
                    $id,
                    ".md"
                )),
            },
            check: $check,
        };
    };
}

/// Names every rule once: its module, and its place in [`RULES`].
macro_rules! rules {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*
        /// Every rule, by name.
        pub static RULES: &[Rule] = &[$($name::RULE),*];
    };
}
