//! `deprecated-field`: something works, and is going to be taken away.

use gitops_model::ProblemKind;

use crate::Check;

rule!(
    "deprecated-field",
    Note,
    Check::Problem(ProblemKind::Deprecated),
    "is written in a field that kustomize will take away",
    Pedantic
);
