//! Starting git.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::exit::Stop;

/// Why git could not answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    /// The command is not there.
    #[error(
        "`git` cannot be started: {0}; install it, or compare two folders with `--from` and `--to`"
    )]
    NoGit(std::io::Error),
    /// The command failed.
    #[error("`git {command}` failed: {why}")]
    Failed {
        /// Its arguments.
        command: String,
        /// What it said.
        why: String,
    },
}

/// `git` in a folder, shut off from the network and from prompts.
pub(super) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(["-c", "protocol.allow=never", "-c", "core.quotePath=false"]);
    git.args(arguments).stdin(Stdio::null());
    git.env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0");
    git
}

/// What a command prints.
///
/// # Errors
/// When git cannot be started, or fails.
pub(super) fn run(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
    let output = command(folder, arguments).output().map_err(GitError::NoGit)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(GitError::Failed { command: arguments.join(" "), why })
}

/// The parts of what `-z` prints.
pub(super) fn zero_separated(bytes: &[u8]) -> Vec<String> {
    let parts = bytes.split(|b| *b == 0).filter(|p| !p.is_empty());
    parts.map(|p| String::from_utf8_lossy(p).into_owned()).collect()
}

impl From<GitError> for Stop {
    fn from(error: GitError) -> Self {
        Self::new(error.to_string())
    }
}
