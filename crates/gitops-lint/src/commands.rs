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
