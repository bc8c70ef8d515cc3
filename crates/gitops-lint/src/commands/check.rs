//! `check`: what is wrong in one state.

use std::path::{Path, PathBuf};

use gitops_fleet::Memo;
use gitops_model::Finding;
use gitops_yaml::Sources;

use super::output;
use crate::analysis::Analysis;
use crate::cli::{CheckArgs, Color, Persona};
use crate::clock;
use crate::exit::{Exit, Stop, io};
use crate::settings::Settings;
use crate::states::States;

pub(crate) fn run(args: &CheckArgs, color: Color) -> Result<Exit, Stop> {
    let first = args.paths.first().map_or(Path::new("."), PathBuf::as_path);
    let first = first.canonicalize().map_err(io(first))?;
    let folder = if first.is_dir() { first.as_path() } else { first.parent().unwrap_or(&first) };
    let mut states = States::single(folder)?;
    let sources = Sources::default();
    let settings = Settings::read(&args.reading, &mut states, &sources)?;
    let memo = Memo::default();
    let analysis = Analysis {
        states: &states,
        settings: &settings,
        sources: &sources,
        memo: &memo,
        pedantic: args.output.persona == Persona::Pedantic,
        today: Some(clock::today(None)?),
        clusters: &[],
    };
    let mut report = analysis.check();
    if report.clusters.is_empty() && report.findings.is_empty() {
        return Err(Stop::nothing(
            "there is nothing to analyse here: no Kubernetes object was found",
        ));
    }
    let kept =
        args.paths.iter().map(|p| below(p, states.top(folder))).collect::<Result<Vec<_>, _>>()?;
    report.findings.retain(|f| kept.is_empty() || kept.iter().any(|k| is_below(f, k, &sources)));
    output::write(&report, &sources, &args.output, color)
}

/// A path as the trees name it.
fn below(path: &Path, top: &Path) -> Result<String, Stop> {
    let path = path.canonicalize().map_err(io(path))?;
    Ok(super::build::relative(&path, top))
}

fn is_below(finding: &Finding, folder: &str, sources: &Sources) -> bool {
    let Some(span) = finding.primary() else { return true };
    let path = sources.file(span.file).path.clone();
    let rest = path.strip_prefix(folder);
    folder.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
