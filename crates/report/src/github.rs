//! Workflow commands: annotations on the lines of a pull request.

use gitops_model::{Finding, Report, Severity};
use gitops_yaml::Sources;

use crate::escape::{command_data, command_property};
use crate::view::{counted, plural};

/// Annotations of each level that a step may have.
const MOST: usize = 10;

/// The report as workflow commands of GitHub Actions, errors first.
#[must_use]
pub fn github(report: &Report, sources: &Sources) -> String {
    let mut out = String::new();
    let mut left_out = 0;
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        // The last notice says how many annotations were left out.
        let most = if severity == Severity::Note { MOST - 1 } else { MOST };
        let findings: Vec<_> = counted(report).filter(|f| f.severity == severity).collect();
        left_out += findings.len().saturating_sub(most);
        for finding in findings.into_iter().take(most) {
            out += &command(finding, sources);
        }
    }
    if left_out > 0 {
        out += &format!("::notice title=gitops-lint::{} more\n", plural(left_out, "finding"));
    }
    out
}

fn command(finding: &Finding, sources: &Sources) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(at) = finding.primary().map(|s| sources.locate(s)) {
        properties.push(format!("file={}", command_property(&at.path)));
        properties.push(format!("line={}", at.line));
        // Columns are allowed on one line only.
        if at.end_line == at.line {
            properties.push(format!("col={}", at.column));
            properties.push(format!("endColumn={}", at.end_column));
        } else {
            properties.push(format!("endLine={}", at.end_line));
        }
    }
    properties.push(format!("title={}", command_property(finding.rule)));
    let help = finding.help.as_ref().map_or_else(String::new, |h| format!("\nhelp: {h}"));
    let message = command_data(&format!("{}{help}", finding.message));
    format!("::{level} {}::{message}\n", properties.join(","))
}
