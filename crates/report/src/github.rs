//! Workflow commands: annotations on the lines of a pull request.

use gitops_model::{Report, Severity};
use gitops_yaml::Sources;

use crate::escape::{command_data, command_property};
use crate::view::{Alert, alerts, counted, plural};

/// Annotations of each level that a step may have.
const MOST: usize = 10;

/// The report as workflow commands of GitHub Actions, errors first.
#[must_use]
pub fn github(report: &Report, sources: &Sources) -> String {
    let all = alerts(report, sources);
    let mut out = String::new();
    let mut left_out = 0;
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        // The last notice says how many annotations were left out.
        let most = if severity == Severity::Note { MOST - 1 } else { MOST };
        let own = all.iter().filter(|a| a.severity == severity);
        left_out += own.clone().count().saturating_sub(most);
        own.take(most).for_each(|alert| out += &command(alert));
    }
    for finding in counted(report).filter(|f| f.primary().is_none()).take(MOST) {
        let (title, message) = (command_property(finding.rule), command_data(&finding.message));
        out += &format!("::{} title={title}::{message}\n", level(finding.severity));
    }
    if left_out > 0 {
        out += &format!("::notice title=gitops-lint::{} more\n", plural(left_out, "finding"));
    }
    out
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

fn command(alert: &Alert<'_>) -> String {
    let level = level(alert.severity);
    let at = &alert.at;
    // Columns are allowed on one line only.
    let columns = match at.end_line == at.line {
        true => format!("col={},endColumn={}", at.column, at.end_column),
        false => format!("endLine={}", at.end_line),
    };
    let (file, title) = (command_property(&at.path), command_property(alert.first.rule));
    let message = command_data(&alert.message());
    format!("::{level} file={file},line={},{columns},title={title}::{message}\n", at.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn annotations() {
        let (mut report, sources) = sample::blocked();
        report.findings[0].message += "\n::set-output name=x::y";
        let text = github(&report, &sources);
        assert!(text.lines().all(|l| l.starts_with("::error ")
            || l.starts_with("::warning ")
            || l.starts_with("::notice ")));
        insta::assert_snapshot!(text);
    }

    #[test]
    fn ten_of_each_level() {
        let (mut report, sources) = sample::blocked();
        let first = report.findings[0].clone();
        let file = first.primary().unwrap().file;
        report.findings.clear();
        for start in 0..sample::OVERLAY.lines().count() as u32 * 2 {
            let mut finding = first.clone();
            finding.rule = if start % 2 == 0 { "one" } else { "two" };
            let at = sample::OVERLAY
                .split_inclusive('\n')
                .take(start as usize / 2)
                .map(str::len)
                .sum::<usize>() as u32;
            finding.labels[0].span = gitops_yaml::Span::new(file, at, at + 1);
            report.findings.push(finding);
        }
        let text = github(&report, &sources);
        assert_eq!(text.lines().count(), 11);
        assert!(text.ends_with("::notice title=gitops-lint::6 findings more\n"));
    }
}
