//! Says a [`gitops_model::Report`] in one format per file.
//!
//! Formats read the report and the source texts, and nothing else: the same report gives the same bytes.
//! What comes from a repository is untrusted; every format escapes it in its own way, and values of
//! Secrets are masked in source snippets ([`values::shown`] masks them in field values).

mod escape;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod mask;
mod plan;
mod program;
mod sarif;
mod terminal;
pub mod values;
mod view;

pub use github::github;
pub use gitlab::gitlab;
pub use json::{SCHEMA, json};
pub use junit::junit;
pub use markdown::markdown;
pub use plan::{json as plan_json, markdown as plan_markdown, terminal as plan_terminal};
pub use sarif::sarif;
pub use terminal::{Style, clusters, explain, rules, terminal};

#[cfg(test)]
mod sample;
