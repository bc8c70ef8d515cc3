//! Arguments that several commands share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How to read the repository, for every command that follows clusters.
#[derive(Debug, Args)]
pub struct Reading {
    /// Configuration to use instead of the repository's `.gitops-lint.yaml`
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A local folder that stands for another repository
    #[arg(long = "repo-map", value_name = "URL=DIR")]
    pub repo_map: Vec<String>,
    /// The Kubernetes release whose rules hold [default: the newest known]
    #[arg(long, value_name = "1.N")]
    pub kubernetes_version: Option<String>,
    /// How the controller writes [default: Flux ssa, Argo CD csa, folders ssa]
    #[arg(long, value_enum)]
    pub apply_mode: Option<Mode>,
}

/// How the controller writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Server-side apply.
    Ssa,
    /// kubectl's three-way patch.
    Csa,
    /// `kubectl replace`.
    Replace,
}

/// What to print, and when to fail.
#[derive(Debug, Args)]
pub struct Output {
    /// What to print; may be repeated, each with its own `--output`
    #[arg(long, value_enum, default_value = "terminal")]
    pub format: Vec<Format>,
    /// Where to write it, in the order of the formats [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// Fail on findings of this severity and above
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    pub fail_on: FailOn,
    /// Fail if a wave is held
    #[arg(long)]
    pub strict_gate: bool,
    /// Fail if something could not be analysed
    #[arg(long)]
    pub strict: bool,
    /// Do not fail on findings or a closed gate
    #[arg(long)]
    pub exit_zero: bool,
    /// Who asks: findings that are a matter of taste are for the pedantic
    #[arg(long, value_enum, default_value_t = Persona::Regular)]
    pub persona: Persona,
}

/// Formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, on a terminal.
    Terminal,
    /// For programs; its shape is versioned.
    Json,
    /// For GitHub code scanning.
    Sarif,
    /// For a comment on a pull request.
    Markdown,
    /// Annotations of a GitHub workflow.
    Github,
    /// For GitLab's code quality report.
    Gitlab,
    /// For test reports.
    Junit,
}

/// From which severity on findings fail the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// All findings.
    Note,
    /// Warnings and errors.
    Warning,
    /// Errors.
    Error,
    /// No finding.
    Never,
}

/// Who reads the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Persona {
    /// Findings that most reviewers act on.
    Regular,
    /// All of them.
    Pedantic,
}
