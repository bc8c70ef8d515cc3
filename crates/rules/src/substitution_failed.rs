//! `substitution-failed`: a variable or expression cannot be substituted.

use gitops_model::ProblemKind;

use crate::Check;

rule!(
    "substitution-failed",
    Error,
    Check::Problem(ProblemKind::Substitution),
    "holds a variable or expression that cannot be substituted"
);
