//! `not-as-it-reads`: something works, but does another thing than it seems to.

use gitops_model::ProblemKind;

use crate::Check;

rule!("not-as-it-reads", Note, Check::Problem(ProblemKind::Warning), "works, but not as it reads");
