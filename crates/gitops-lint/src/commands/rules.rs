//! `rules`: all of them.

use gitops_model::Persona;
use gitops_rules::RULES;
use serde_json::json;

use super::output::{self, print};
use crate::cli::{Color, ListFormat, RulesArgs};
use crate::exit::{Exit, Stop};

pub(crate) fn run(args: &RulesArgs, color: Color) -> Result<Exit, Stop> {
    let text = match args.format {
        ListFormat::Terminal => {
            let rules: Vec<_> = RULES.iter().map(|r| r.meta).collect();
            gitops_report::rules(&rules, &output::style(color, true))
        }
        ListFormat::Json => as_json()?,
    };
    print(&text)?;
    Ok(Exit::Pass)
}

fn as_json() -> Result<String, Stop> {
    let row = |rule: &gitops_rules::Rule| {
        json!({
            "id": rule.meta.id,
            "summary": rule.meta.summary,
            "severity": rule.meta.severity.as_str(),
            "since": rule.meta.since,
            "pedantic": rule.meta.persona == Persona::Pedantic,
        })
    };
    let rows: Vec<_> = RULES.iter().map(row).collect();
    let text = serde_json::to_string_pretty(&rows).map_err(|e| Stop::new(e.to_string()))?;
    Ok(text + "\n")
}
