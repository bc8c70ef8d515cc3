//! `points-nowhere`: a Kustomization or Application names a path or source that does not exist.

use gitops_model::ProblemKind;

use crate::Check;

rule!(
    "points-nowhere",
    Error,
    Check::Problem(ProblemKind::Discovery),
    "names a path, source or object that does not exist"
);
