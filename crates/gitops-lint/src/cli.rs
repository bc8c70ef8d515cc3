//! The command line: what was typed. What it means is decided in `commands`.

mod compare;
mod late;
mod shared;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use compare::{Comparison, DiffArgs, PlanArgs, PlanFormat};
pub use late::Late;
pub use shared::{FailOn, Format, Mode, Output, Persona, Reading};

/// Says what a change to a GitOps repository will do to every cluster, before it is merged.
#[derive(Debug, Parser)]
#[command(name = "gitops-lint", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Threads to use [default: one per core]
    #[arg(long, global = true, value_name = "N", hide_short_help = true)]
    pub jobs: Option<usize>,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, hide_short_help = true)]
    pub color: Color,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compare two states of the repository: what changes on which cluster, what will be refused,
    /// recreated or lost, how risky it is, and which waves may take it
    Diff(Late<DiffArgs>),
    /// Show the way out of what a change would break: commits and commands in order, each with how
    /// one sees that it worked and how to go back
    Plan(Late<PlanArgs>),
    /// Check one state of the repository
    Check(Late<CheckArgs>),
    /// Show the clusters that were discovered, what each tracks, and what was missed and why
    Clusters(Late<ClustersArgs>),
    /// Print what `kustomize build DIR` prints
    Build(Late<BuildArgs>),
    /// Print what a cluster would be given
    Render(Late<RenderArgs>),
    /// Show who selects, mounts, owns and waits for whom on a cluster
    Graph(Late<GraphArgs>),
    /// Show what a change to an object reaches
    Impact(Late<ImpactArgs>),
    /// Explain a rule
    Explain(Late<ExplainArgs>),
    /// List the rules
    Rules(Late<RulesArgs>),
    /// Print a JSON Schema: of the configuration, or of the JSON report
    Schema(Late<SchemaArgs>),
    /// Print the script that completes commands in a shell
    Completions(Late<CompletionsArgs>),
    /// Print the manual page
    Man,
}

/// `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Folders or files whose findings to show [default: all of the repository]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub reading: Reading,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

/// `clusters`.
#[derive(Debug, Args)]
pub struct ClustersArgs {
    /// The repository [default: the one around the current folder]
    #[arg(value_name = "REPO")]
    pub repository: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value_t = ListFormat::Terminal)]
    pub format: ListFormat,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub reading: Reading,
}

/// Formats of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people.
    Terminal,
    /// For programs.
    Json,
}

/// `build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// The folder with the kustomization
    #[arg(value_name = "DIR", default_value = ".")]
    pub directory: PathBuf,
    /// Build every kustomization below the folder
    #[arg(long, requires = "output_dir")]
    pub all: bool,
    /// Where `--all` writes, one file for each
    #[arg(long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
    /// Whether files may be read from outside a kustomization's folder
    #[arg(long, value_enum, default_value_t = Restrictor::RootOnly)]
    pub load_restrictor: Restrictor,
    /// A local folder that stands for a remote base
    #[arg(long = "repo-map", value_name = "URL=DIR")]
    pub repo_map: Vec<String>,
}

/// kustomize's load restrictors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Restrictor {
    /// Files outside a kustomization's folder are refused.
    #[value(name = "LoadRestrictionsRootOnly", alias = "rootOnly")]
    RootOnly,
    /// They are read.
    #[value(name = "LoadRestrictionsNone", alias = "none")]
    None,
}

/// `render`.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// The repository [default: the one around the current folder]
    #[arg(value_name = "REPO")]
    pub repository: Option<PathBuf>,
    /// The cluster to render
    #[arg(long, value_name = "NAME", required_unless_present = "all_clusters")]
    pub cluster: Option<String>,
    /// Render every cluster, one file for each Kustomization and Application
    #[arg(long, requires = "output_dir", conflicts_with = "cluster")]
    pub all_clusters: bool,
    /// Where `--all-clusters` writes
    #[arg(long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
    /// Name the owner of each object in a comment
    #[arg(long)]
    pub owner: bool,
    /// Print the values of Secrets
    #[arg(long)]
    pub show_secrets: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub reading: Reading,
}

/// `graph`.
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// The repository [default: the one around the current folder]
    #[arg(value_name = "REPO")]
    pub repository: Option<PathBuf>,
    /// Only these clusters
    #[arg(long, value_name = "NAME")]
    pub cluster: Vec<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t = GraphFormat::Text)]
    pub format: GraphFormat,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub reading: Reading,
}

/// `impact`.
#[derive(Debug, Args)]
pub struct ImpactArgs {
    /// The object: `Kind/name` or `Kind/namespace/name`; `Kind.group` where the kind alone is not enough
    #[arg(value_name = "OBJECT")]
    pub object: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub graph: GraphArgs,
}

/// Formats of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For Graphviz.
    Dot,
    /// For Mermaid.
    Mermaid,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The rule's name
    #[arg(value_name = "RULE")]
    pub rule: String,
}

/// `rules`.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// What to print
    #[arg(long, value_enum, default_value_t = ListFormat::Terminal)]
    pub format: ListFormat,
}

/// `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Of what
    #[arg(value_enum, default_value_t = Schema::Config)]
    pub of: Schema,
}

/// What has a JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Schema {
    /// `.gitops-lint.yaml`.
    Config,
    /// The JSON report.
    Report,
}

/// `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
