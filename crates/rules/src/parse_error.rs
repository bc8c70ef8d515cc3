//! `parse-error`: a file is no YAML, or says one thing twice.

use gitops_model::ProblemKind;

use crate::Check;

rule!(
    "parse-error",
    Error,
    Check::Problem(ProblemKind::Parse),
    "is no YAML, or says one thing twice"
);
