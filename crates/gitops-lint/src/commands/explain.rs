//! `explain`: a rule's page.

use super::output::{self, print};
use crate::cli::{Color, ExplainArgs};
use crate::exit::{Exit, Stop};

pub(crate) fn run(args: &ExplainArgs, color: Color) -> Result<Exit, Stop> {
    let Some(rule) = gitops_rules::find(&args.rule) else {
        return Err(Stop::new(format!(
            "there is no rule `{}`; `gitops-lint rules` lists them",
            args.rule
        )));
    };
    print(&gitops_report::explain(&rule.meta, &output::style(color, true)))?;
    Ok(Exit::Pass)
}
