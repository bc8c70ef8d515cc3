//! `diff`: the main job.

use gitops_fleet::Memo;
use gitops_yaml::Sources;

use super::output;
use crate::analysis::Analysis;
use crate::cli::{Color, DiffArgs, Persona};
use crate::clock;
use crate::exit::{Exit, Stop};
use crate::settings::Settings;
use crate::states::States;

pub(crate) fn run(args: &DiffArgs, color: Color) -> Result<Exit, Stop> {
    let mut states = States::of(args)?;
    let sources = Sources::default();
    let settings = Settings::read(&args.reading, &mut states, &sources)?;
    let memo = Memo::default();
    let analysis = Analysis {
        states: &states,
        settings: &settings,
        sources: &sources,
        memo: &memo,
        pedantic: args.output.persona == Persona::Pedantic,
        today: Some(clock::today(args.now.as_deref())?),
        clusters: &args.cluster,
    };
    let report = analysis.diff();
    if report.clusters.is_empty() && report.findings.is_empty() {
        return Err(nothing(&args.cluster));
    }
    output::write(&report, &sources, &args.output, color)
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
