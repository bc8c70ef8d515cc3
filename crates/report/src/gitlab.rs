//! GitLab Code Quality: an array of issues, each on one line of a file.

use std::collections::BTreeSet;

use gitops_model::{Apply, Report, Severity};
use gitops_yaml::Sources;
use serde::Serialize;

use crate::view::{Alert, alerts};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The report as GitLab Code Quality with a line break at the end. Findings without a line are left out:
/// the format has no place for them.
#[must_use]
pub fn gitlab(report: &Report, sources: &Sources) -> String {
    let mut seen = BTreeSet::new();
    let alerts = alerts(report, sources);
    let issue = |alert: &Alert<'_>| Issue {
        // The widget does not show the name of the check.
        description: format!("{}: {}", alert.first.rule, alert.message()),
        check_name: alert.first.rule,
        fingerprint: unique(&alert.first.fingerprint, &mut seen),
        severity: severity(alert),
        location: Place { path: alert.at.path.to_string(), lines: Lines { begin: alert.at.line } },
    };
    let issues: Vec<Issue> = alerts.iter().map(issue).collect();
    serde_json::to_string_pretty(&issues).unwrap_or_default() + "\n"
}

/// GitLab drops issues whose fingerprint it has seen in the file.
fn unique(fingerprint: &str, seen: &mut BTreeSet<String>) -> String {
    let numbered =
        |n: usize| if n == 0 { fingerprint.to_owned() } else { format!("{fingerprint}-{n}") };
    let free = (0..).map(numbered).find(|f| !seen.contains(f)).unwrap_or_default();
    seen.insert(free.clone());
    free
}

fn severity(alert: &Alert<'_>) -> &'static str {
    let worst = alert.findings.iter().filter_map(|f| f.apply).max();
    match (alert.severity, worst) {
        (Severity::Error, Some(Apply::DataLoss)) => "blocker",
        (Severity::Error, Some(Apply::Rejected | Apply::Recreated)) => "critical",
        (Severity::Error, _) => "major",
        (Severity::Warning, _) => "minor",
        (Severity::Note, _) => "info",
    }
}

#[cfg(test)]
mod tests {
    use crate::sample;

    #[test]
    fn as_gitlab_reads_it() {
        let (report, sources) = sample::blocked();
        insta::assert_snapshot!(super::gitlab(&report, &sources));
    }
}
