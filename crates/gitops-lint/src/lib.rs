//! Says what a change to a GitOps repository will do to every cluster, before it is merged.
//!
//! Reads two states of a repository, runs the verbs of the other crates in order, and prints what they
//! found. The only crate that does IO. Start reading at `commands/diff.rs`.

mod analysis;
pub mod cli;
mod clock;
mod commands;
mod exit;
mod git;
mod problems;
mod settings;
mod states;
mod touched;
mod tree;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

/// Runs the program as the command line asks.
#[must_use]
pub fn run() -> ExitCode {
    let cli = cli::Cli::parse();
    // One root is built by one thread. Elsewhere this one works too: its memory grows in larger steps than
    // that of others.
    if !matches!(&cli.command, cli::Command::Build(args) if !args.all) {
        let threads = rayon::ThreadPoolBuilder::new().num_threads(cli.jobs.unwrap_or_default());
        // Fails only where a pool exists already, and none does this early.
        let _ = threads.use_current_thread().build_global();
    }
    match commands::run(&cli) {
        Ok(exit) => exit.into(),
        Err(stop) => {
            let _ = writeln!(std::io::stderr(), "error: {stop}");
            stop.exit.into()
        }
    }
}
