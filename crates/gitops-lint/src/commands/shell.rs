//! `completions`, `man` and `schema`: what other programs read to know this one.

use clap::CommandFactory;

use super::output::print;
use crate::cli::{Cli, CompletionsArgs, Schema, SchemaArgs};
use crate::exit::{Exit, Stop};

pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "gitops-lint", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Pass)
}

pub(crate) fn schema(args: &SchemaArgs) -> Result<Exit, Stop> {
    print(match args.of {
        Schema::Config => gitops_config::SCHEMA,
        Schema::Report => gitops_report::SCHEMA,
    })?;
    Ok(Exit::Pass)
}

pub(crate) fn man() -> Result<Exit, Stop> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|e| Stop::new(e.to_string()))?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Pass)
}
