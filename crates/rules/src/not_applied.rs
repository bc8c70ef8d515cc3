//! `not-applied`: an object leaves the repository that nothing in it applies.

use gitops_model::ProblemKind;

use crate::Check;

rule!(
    "not-applied",
    Note,
    Check::Problem(ProblemKind::NotApplied),
    "takes an object out of a file that nothing in the repository applies"
);
