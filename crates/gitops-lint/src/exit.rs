//! How the program ends.

use std::process::ExitCode;

/// Why the program ends, as its exit code says it; the same for every format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing stands in the way.
    Pass = 0,
    /// Findings at or above `--fail-on`, or a closed gate.
    Findings = 1,
    /// The program could not run.
    CouldNotRun = 2,
    /// There is nothing to analyse.
    NothingToAnalyse = 3,
    /// The analysis is incomplete, and `--strict` asks for all of it.
    Incomplete = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What stopped the program: the world, or an argument; never what the user wrote in the repository.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Stop {
    /// What is wrong, why, and what to do.
    pub message: String,
    /// How the program ends.
    pub exit: Exit,
}

impl Stop {
    /// The program could not run.
    #[must_use]
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: Exit::CouldNotRun }
    }

    /// There is nothing to analyse.
    #[must_use]
    pub(crate) fn nothing(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: Exit::NothingToAnalyse }
    }

    /// Of clusters that were asked for, or at all, none is there.
    pub(crate) fn no_cluster(wanted: &[String]) -> Self {
        if wanted.is_empty() {
            return Self::nothing(
                "no cluster was found: there is no Flux or Argo CD entry point, no kustomization and no Kubernetes object",
            );
        }
        Self::new(format!(
            "there is no cluster `{}`; `gitops-lint clusters` lists them",
            wanted.join("`, `")
        ))
    }
}

/// A file that cannot be written or read.
pub(crate) fn io(path: &std::path::Path) -> impl Fn(std::io::Error) -> Stop + '_ {
    move |error| Stop::new(format!("`{}`: {error}", path.display()))
}
