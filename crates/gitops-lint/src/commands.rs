//! One file for each command.

mod build;
mod check;
mod clusters;
mod diff;
mod explain;
mod graph;
mod output;
mod plan;
mod render;
mod rules;
mod shell;

use std::io::Write;

use crate::cli::{Cli, Command};
use crate::exit::{Exit, Stop};

/// Runs a command.
pub(crate) fn run(cli: &Cli) -> Result<Exit, Stop> {
    match &cli.command {
        Command::Diff(args) => diff::run(args, cli.color),
        Command::Plan(args) => plan::run(args, cli.color),
        Command::Check(args) => check::run(args, cli.color),
        Command::Clusters(args) => clusters::run(args, cli.color),
        Command::Build(args) => build::run(args),
        Command::Render(args) => render::run(args),
        Command::Graph(args) => graph::graph(args),
        Command::Impact(args) => graph::impact(args),
        Command::Explain(args) => explain::run(args, cli.color),
        Command::Rules(args) => rules::run(args, cli.color),
        Command::Schema(args) => shell::schema(args),
        Command::Completions(args) => shell::completions(args),
        Command::Man => shell::man(),
    }
}

/// Writes to standard output; a reader that went away is no error.
pub(crate) fn print(text: &str) -> Result<(), Stop> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Stop::new(format!("standard output: {e}")))
        }
        _ => Ok(()),
    }
}

/// Of clusters that were asked for, or at all, none is there.
fn no_cluster(wanted: &[String]) -> Stop {
    if wanted.is_empty() {
        return Stop::nothing(
            "no cluster was found: there is no Flux or Argo CD entry point, no kustomization and no Kubernetes object",
        );
    }
    Stop::new(format!(
        "there is no cluster `{}`; `gitops-lint clusters` lists them",
        wanted.join("`, `")
    ))
}
