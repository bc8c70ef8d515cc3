//! The commands that compare two states.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::shared::{Output, Reading};

/// Which two states are compared, and for whom.
#[derive(Debug, Args)]
pub struct Comparison {
    /// The revision before the change [default: the merge base of HEAD and the target branch]
    #[arg(long, value_name = "REV", conflicts_with_all = ["staged", "from"])]
    pub base: Option<String>,
    /// The revision with the change [default: the work tree]
    #[arg(long, value_name = "REV", requires = "base")]
    pub head: Option<String>,
    /// Compare HEAD with the index
    #[arg(long, conflicts_with = "from")]
    pub staged: bool,
    /// The folder or file before the change; needs no git
    #[arg(long, value_name = "PATH", requires = "to")]
    pub from: Option<PathBuf>,
    /// The folder or file with the change
    #[arg(long, value_name = "PATH", requires = "from")]
    pub to: Option<PathBuf>,
    /// The branch that the change is merged to
    #[arg(long, value_name = "BRANCH")]
    pub target_branch: Option<String>,
    /// What a cluster runs, where its reference does not say it
    #[arg(long, value_name = "CLUSTER[/SOURCE]=REV", conflicts_with = "from")]
    pub deployed: Vec<String>,
    /// Render every cluster, also those that the change cannot reach
    #[arg(long, hide = true)]
    pub follow_all: bool,
    /// Only these clusters
    #[arg(long, value_name = "NAME")]
    pub cluster: Vec<String>,
    /// The time to judge by, instead of the clock's
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub reading: Reading,
}

/// `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub comparison: Comparison,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

/// `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub comparison: Comparison,
    /// Only the way out of these findings: a rule, or the start of a fingerprint
    #[arg(long, value_name = "ID")]
    pub finding: Vec<String>,
    /// Only the way out for these objects: `Kind/name` or `Kind/namespace/name`
    #[arg(long, value_name = "OBJECT")]
    pub object: Vec<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t = PlanFormat::Terminal)]
    pub format: PlanFormat,
    /// Where to write it [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Formats of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people, on a terminal.
    Terminal,
    /// For programs; its shape is versioned.
    Json,
    /// For an issue or a comment on a pull request.
    Markdown,
}
