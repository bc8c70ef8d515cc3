//! `plan`: the way out of what a change would break.

use gitops_model::{Finding, Plan, Proof};

use super::diff;
use super::graph::Wanted;
use super::output::{self, print};
use crate::cli::{Color, PlanArgs, PlanFormat};
use crate::exit::{Exit, Stop};

pub(crate) fn run(args: &PlanArgs, color: Color) -> Result<Exit, Stop> {
    let objects: Vec<Wanted<'_>> =
        args.object.iter().map(|o| Wanted::read(o)).collect::<Result<_, _>>()?;
    let wanted = |finding: &Finding| {
        let named = |id: &String| finding.rule == id || finding.fingerprint.starts_with(&**id);
        (args.finding.is_empty() || args.finding.iter().any(named))
            && (objects.is_empty() || objects.iter().any(|o| finding.objects().any(|k| o.fits(k))))
    };
    let analysis = diff::analysis(&args.comparison)?;
    let (plan, findings) = analysis.plan(&wanted)?;
    let named = !args.finding.is_empty() || !objects.is_empty();
    if named && !findings.iter().any(wanted) {
        return Err(Stop::new(
            "no finding of this change is of that name; `gitops-lint diff` lists them",
        ));
    }
    let file = args.output.as_deref();
    let style = output::style(color, file.is_none());
    let text = match args.format {
        PlanFormat::Terminal => gitops_report::plan_terminal(&plan, &findings, &style),
        PlanFormat::Json => gitops_report::plan_json(&plan, &findings),
        PlanFormat::Markdown => gitops_report::plan_markdown(&plan, &findings),
    };
    match file {
        Some(path) => output::write_file(path, &text)?,
        None => print(&text)?,
    }
    Ok(exit(&plan))
}

/// A plan that leaves something open, or a step of which does not hold, is a finding.
fn exit(plan: &Plan) -> Exit {
    let fails = plan.steps.iter().any(|s| matches!(s.proof, Proof::Fails(_)));
    if fails || !plan.open.is_empty() { Exit::Findings } else { Exit::Pass }
}
