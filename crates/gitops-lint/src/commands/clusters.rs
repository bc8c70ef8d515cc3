//! `clusters`: what was discovered. The first command that a new user runs.

use super::output::{self, print};
use crate::analysis::Analysis;
use crate::cli::{ClustersArgs, Color, ListFormat};
use crate::exit::{Exit, Stop};
use crate::states::States;

pub(crate) fn run(args: &ClustersArgs, color: Color) -> Result<Exit, Stop> {
    let states = States::single(args.repository.as_deref())?;
    let analysis = Analysis::new(states, &args.reading)?;
    let (report, problems) = analysis.overview();
    if report.clusters.is_empty() && problems.is_empty() {
        return Err(Stop::no_cluster(&[]));
    }
    let text = match args.format {
        ListFormat::Terminal => gitops_report::clusters(
            &report,
            &problems,
            &analysis.sources,
            &output::style(color, true),
        ),
        ListFormat::Json => gitops_report::json(&report, &analysis.sources),
    };
    print(&text)?;
    Ok(Exit::Pass)
}
