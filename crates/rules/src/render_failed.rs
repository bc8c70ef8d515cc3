//! `render-failed`: a kustomization does not build.

use gitops_model::ProblemKind;

use crate::Check;

rule!(
    "render-failed",
    Error,
    Check::Problem(ProblemKind::Render),
    "cannot be rendered, so nothing of it is applied"
);
