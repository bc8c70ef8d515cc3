//! The way out of what a change would break.
//!
//! [`plan`] finds a recipe for each finding, computes its edits from where values were written, and weaves
//! the steps of all recipes around the one merge. What a [`Route`] does at each step is a tree of files, so
//! that the engine can be run between each step and the next.
//!
//! [`rollback()`] says what a revert would not bring back, [`mitigations`] what stands against a finding
//! already. Recipes are pages in `recipes/`: documentation, data and tests in one.

mod case;
mod claims;
mod edit;
mod fact;
mod ground;
mod mitigation;
mod op;
mod place;
mod recipe;
mod rollback;
mod text;
mod way;
mod weave;

pub use edit::EditedTree;
pub use mitigation::mitigations;
pub use recipe::{Recipe, recipes};
pub use rollback::{VERDICTS, rollback};
pub use weave::{Input, Route, State, plan};
