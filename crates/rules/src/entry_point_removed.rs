//! `entry-point-removed`: the folder from which a cluster starts is gone.

use gitops_model::ProblemKind;

use crate::Check;

rule!(
    "entry-point-removed",
    Warning,
    Check::Problem(ProblemKind::Abandoned),
    "takes away the folder from which a cluster starts, so its controller stops"
);
