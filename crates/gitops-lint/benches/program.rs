//! Whole runs of the program on the demo fleet, process start included.

use std::path::Path;
use std::process::{Command, Stdio};

fn main() {
    divan::main();
}

fn run(arguments: &[&str]) {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/fleet-demo");
    let mut program = Command::new(env!("CARGO_BIN_EXE_gitops-lint"));
    let status = program
        .current_dir(demo)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.is_ok_and(|s| s.code().is_some_and(|code| code < 2)), "{arguments:?}");
}

#[divan::bench]
fn start() {
    run(&["--version"]);
}

#[divan::bench]
fn build_one_overlay() {
    run(&["build", "base/apps/overlays/production"]);
}

#[divan::bench]
fn diff() {
    run(&["diff", "--from", "base", "--to", "head"]);
}
