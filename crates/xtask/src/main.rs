//! Chores of this repository: `cargo xtask COMMAND`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "chores read and write files, and say what they found"
)]

mod bench;
mod codegen;
mod dye;
mod fleet;
mod new_rule;

use std::process::ExitCode;

/// A chore: its name, what it does, and how.
type Command = (&'static str, &'static str, fn(&[String]) -> Result<(), String>);

const COMMANDS: &[Command] = &[
    (
        "bench",
        "[--kustomize BIN] [--flux BIN] [REPOSITORY...]: measure the program, as ratios",
        bench::run,
    ),
    ("codegen", "[--check]: write what is derived in schemas/, from Go modules", codegen::run),
    ("dye", "CASES_DIR [--kustomize BIN]: prove that values lead to what wrote them", dye::run),
    ("fleet", "--clusters N --out DIR: write a Flux fleet before and after a change", fleet::run),
    ("new-rule", "NAME: write a rule's two files and name it in the list", new_rule::run),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = arguments.split_first().map_or(("", &[][..]), |(n, r)| (n.as_str(), r));
    let Some((.., run)) = COMMANDS.iter().find(|(n, ..)| *n == name) else {
        eprintln!("usage: cargo xtask COMMAND");
        COMMANDS.iter().for_each(|(name, about, _)| eprintln!("  {name:<12} {about}"));
        return ExitCode::from(2);
    };
    match run(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}
