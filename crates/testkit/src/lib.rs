//! Reads Markdown into cases: two states of a repository, and what must be found there.
//!
//! A page holds examples, one under each heading that has fenced blocks:
//!
//! - `yaml path=FILE` is a file of both states, or of the only one;
//! - `yaml base=FILE` and `yaml head=FILE` are a file before and after;
//! - a comment `# error: [rule-id] "text"` says which finding blames that line (`warning` and `note`
//!   alike); where the comment stands alone, the next line.
//!
//! [`state`] and [`unit()`] make a cluster of objects alone.

mod memory;
mod page;
mod state;

pub use memory::MemoryTree;
pub use page::{Example, Expected, Page, Side, read};
pub use state::{objects, state, unit};
