//! `diff`: the main job.

use super::output;
use crate::analysis::Analysis;
use crate::cli::{Color, DiffArgs, Persona};
use crate::clock;
use crate::exit::{Exit, Stop};
use crate::states::States;

pub(crate) fn run(args: &DiffArgs, color: Color) -> Result<Exit, Stop> {
    let states = States::of(args)?;
    let analysis = Analysis {
        pedantic: args.output.persona == Persona::Pedantic,
        today: Some(clock::today(args.now.as_deref())?),
        clusters: args.cluster.clone(),
        ..Analysis::new(states, &args.reading)?
    };
    let report = analysis.diff();
    if report.clusters.is_empty() && (report.findings.is_empty() || !args.cluster.is_empty()) {
        return Err(nothing(&args.cluster));
    }
    output::write(&report, &analysis.sources, &args.output, color)
}

fn nothing(wanted: &[String]) -> Stop {
    if wanted.is_empty() {
        Stop::nothing(
            "there is nothing to analyse: no Flux or Argo CD entry point, no kustomization, no Kubernetes object",
        )
    } else {
        Stop::new(format!(
            "there is no cluster `{}`; `gitops-lint clusters` lists them",
            wanted.join("`, `")
        ))
    }
}
