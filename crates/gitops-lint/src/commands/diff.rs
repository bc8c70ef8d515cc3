//! `diff`: the main job.

use super::output;
use crate::analysis::Analysis;
use crate::cli::{Color, Comparison, DiffArgs, Persona};
use crate::clock;
use crate::exit::{Exit, Stop};
use crate::states::States;

pub(crate) fn run(args: &DiffArgs, color: Color) -> Result<Exit, Stop> {
    let analysis = Analysis {
        pedantic: args.output.persona == Persona::Pedantic,
        ..analysis(&args.comparison)?
    };
    let report = analysis.diff()?;
    if report.clusters.is_empty() && (report.findings.is_empty() || !analysis.clusters.is_empty()) {
        return Err(nothing(&analysis.clusters));
    }
    output::write(&report, &analysis.sources, &args.output, color)
}

/// The two states that are compared, and what holds for the run.
pub(super) fn analysis(args: &Comparison) -> Result<Analysis, Stop> {
    Ok(Analysis {
        today: Some(clock::today(args.now.as_deref())?),
        clusters: args.cluster.clone(),
        follow_all: args.follow_all,
        ..Analysis::new(States::of(args)?, &args.reading)?
    })
}

pub(super) fn nothing(wanted: &[String]) -> Stop {
    if wanted.is_empty() {
        Stop::nothing(
            "there is nothing to analyse: no Flux or Argo CD entry point, no kustomization, no Kubernetes object",
        )
    } else {
        Stop::no_cluster(wanted)
    }
}
