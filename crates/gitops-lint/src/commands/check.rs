//! `check`: what is wrong in one state.

use std::path::{Path, PathBuf};

use gitops_model::Finding;
use gitops_yaml::Sources;

use super::output;
use crate::analysis::Analysis;
use crate::cli::{CheckArgs, Color, Persona};
use crate::clock;
use crate::exit::{Exit, Stop, io};
use crate::states::States;

pub(crate) fn run(args: &CheckArgs, color: Color) -> Result<Exit, Stop> {
    let (states, shown) = scope(&args.paths)?;
    let analysis = Analysis {
        pedantic: args.output.persona == Persona::Pedantic,
        today: Some(clock::today(None)?),
        ..Analysis::new(states, &args.reading)?
    };
    let mut report = analysis.check();
    if report.clusters.is_empty() && report.findings.is_empty() {
        return Err(Stop::nothing(
            "there is nothing to analyse here: no Kubernetes object was found",
        ));
    }
    report
        .findings
        .retain(|f| shown.is_empty() || shown.iter().any(|k| is_below(f, k, &analysis.sources)));
    output::write(&report, &analysis.sources, &args.output, color)
}

/// The state to check and the paths whose findings to show. A folder with a configuration or a history of its
/// own, or outside the clone around the current folder, is a repository of its own; other paths are parts of
/// one.
fn scope(paths: &[PathBuf]) -> Result<(States, Vec<String>), Stop> {
    let here = Path::new(".").canonicalize().map_err(io(Path::new(".")))?;
    let top = crate::git::kept_top(&here).unwrap_or(&here).to_owned();
    let is_clone = |folder: &Path| folder.join(".git").exists();
    if let [folder] = paths
        && folder.is_dir()
    {
        let real = folder.canonicalize().map_err(io(folder))?;
        let holds_all = folder.join(gitops_config::FILE).exists() || is_clone(folder);
        if holds_all || !is_clone(&top) || !real.starts_with(&top) {
            return Ok((States::single(Some(folder))?, Vec::new()));
        }
    }
    if let ([file], false) = (paths, is_clone(&top)) {
        // Outside of a clone a file is looked at with what stands beside it.
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty());
        return Ok((States::single(Some(folder.unwrap_or(Path::new("."))))?, Vec::new()));
    }
    let part = |path: &PathBuf| {
        let real = path.canonicalize().map_err(io(path))?;
        Ok(super::build::relative(&real, &top))
    };
    Ok((States::single(None)?, paths.iter().map(part).collect::<Result<_, Stop>>()?))
}

fn is_below(finding: &Finding, folder: &str, sources: &Sources) -> bool {
    let Some(span) = finding.primary() else { return true };
    let path = sources.file(span.file).path.clone();
    let rest = path.strip_prefix(folder);
    folder.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
