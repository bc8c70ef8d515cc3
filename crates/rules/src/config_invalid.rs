//! `config-invalid`: the configuration of gitops-lint is wrong.

use gitops_model::ProblemKind;

use crate::Check;

rule!(
    "config-invalid",
    Error,
    Check::Problem(ProblemKind::Config),
    "is a mistake in the configuration of gitops-lint"
);
