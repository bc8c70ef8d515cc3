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
mod run;
mod wording;
mod write;

pub use rule::{Check, Persona, Rule, find};
pub use run::{Draft, Facts, Pair, State, check, gather};

rules![immutable_field, render_failed,];
