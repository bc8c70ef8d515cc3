//! `configuration-changed`: the change edits the rules by which it is judged.

use gitops_model::ProblemKind;

use crate::Check;

rule!(
    "configuration-changed",
    Note,
    Check::Problem(ProblemKind::Configuration),
    "changes the configuration of gitops-lint itself"
);
