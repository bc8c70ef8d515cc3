//! One file per thing worth telling a reviewer.
//!
//! A rule is one stem: `src/<rule_id>.rs` says how to notice, `rules/<rule-id>.md` says what it means and
//! carries the examples that test it. [`check`] runs every rule over the [`Facts`] of a run, [`gather`]
//! merges what they found.
//!
//! To add a rule: `cargo xtask new-rule some-name`, then fill in the two files.

#[macro_use]
mod rule;
mod blame;
mod labels;
mod removal;
mod run;
mod wording;
mod write;

pub(crate) use rule::Check;
pub use rule::{Persona, Rule, find};
pub(crate) use run::{Draft, Fleet};
pub use run::{Facts, Pair, State, check, gather};

rules![
    config_invalid,
    crd_removed,
    depends_on_cycle,
    depends_on_missing,
    immutable_field,
    namespace_removed,
    not_as_it_reads,
    parse_error,
    points_nowhere,
    pvc_removed,
    render_failed,
    selector_mismatch,
    source_unresolved,
    substitution_failed,
    useless_suppression,
    wave_not_enforceable,
    wave_unreachable,
];
