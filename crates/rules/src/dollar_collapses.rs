//! `dollar-collapses`: a `$$` loses one of its `$` when variables are substituted.

use gitops_model::ProblemKind;

use crate::Check;

rule!(
    "dollar-collapses",
    Warning,
    Check::Problem(ProblemKind::Dollars),
    "holds a `$$` that substitution turns into `$`",
    Pedantic
);
