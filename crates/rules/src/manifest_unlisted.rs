//! `manifest-unlisted`: a manifest changes that nothing applies.

use gitops_model::ProblemKind;

use crate::Check;

rule!(
    "manifest-unlisted",
    Warning,
    Check::Problem(ProblemKind::Unlisted),
    "adds or edits a manifest that the kustomization around it does not name"
);
