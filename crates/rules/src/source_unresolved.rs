//! `source-unresolved`: a source asks for a revision that the clone does not have.

use gitops_model::ProblemKind;

use crate::Check;

rule!(
    "source-unresolved",
    Error,
    Check::Problem(ProblemKind::Revision),
    "asks for a branch, tag or commit that is not there"
);
