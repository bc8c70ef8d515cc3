//! SARIF 2.1.0 as GitHub code scanning reads it.
//!
//! GitHub shows one alert for a rule and a line, so findings that share both are one result. It does not
//! honour suppressions, so suppressed findings are left out; it keeps the first 5000 results, so the worst
//! come first.

mod line_hash;

use std::collections::BTreeMap;

use gitops_model::{Persona, Report, Role, RuleMeta, Severity};
use gitops_yaml::{FileId, Location, Sources};
use serde_json::{Value, json};

use crate::escape::{line, uri};
use crate::program::{REPOSITORY, VERSION};
use crate::view::{Alert, alerts, counted};

/// Results that GitHub keeps.
const MOST_RESULTS: usize = 5000;
/// Related locations that GitHub shows.
const MOST_LOCATIONS: usize = 100;

/// The report as SARIF with a line break at the end.
#[must_use]
pub fn sarif(report: &Report, sources: &Sources) -> String {
    let mut alerts = alerts(report, sources);
    let left_out = alerts.len().saturating_sub(MOST_RESULTS);
    alerts.truncate(MOST_RESULTS);
    let mut hashes = Hashes::default();
    let results: Vec<Value> =
        alerts.iter().map(|a| result(a, report, sources, &mut hashes)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "gitops-lint",
                "semanticVersion": VERSION,
                "informationUri": REPOSITORY,
                "rules": report.rules.iter().map(rule).collect::<Vec<_>>(),
            } },
            "automationDetails": { "id": "gitops-lint/" },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications(report, sources, left_out),
            }],
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(rule: &RuleMeta) -> Value {
    let problem = match rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "recommendation",
    };
    let mut tags = vec!["gitops", "kubernetes"];
    tags.extend((rule.persona == Persona::Pedantic).then_some("pedantic"));
    let page = if rule.page.is_empty() { rule.summary } else { rule.page };
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.summary },
        "help": { "text": page, "markdown": page },
        "helpUri": format!("{}/blob/main/rules/{}.md", REPOSITORY, rule.id),
        "defaultConfiguration": { "level": rule.severity.as_str() },
        "properties": { "tags": tags, "problem.severity": problem },
    })
}

fn result(alert: &Alert<'_>, report: &Report, sources: &Sources, hashes: &mut Hashes) -> Value {
    let rule = alert.first.rule;
    let mut result = json!({
        "ruleId": rule,
        "level": alert.severity.as_str(),
        "message": { "text": alert.message() },
        "locations": [{ "physicalLocation": physical(&alert.at), "logicalLocations": objects(alert) }],
        "partialFingerprints": {
            "primaryLocationLineHash": hashes.of(alert.file, alert.at.line, sources),
            "gitopsLint/v1": alert.first.fingerprint,
        },
    });
    if let Some(index) = report.rules.iter().position(|r| r.id == rule) {
        result["ruleIndex"] = index.into();
    }
    let related = related(alert, sources);
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    result
}

fn objects(alert: &Alert<'_>) -> Vec<Value> {
    let keys = alert.findings.iter().flat_map(|f| f.objects());
    let mut keys: Vec<String> = keys.map(ToString::to_string).collect();
    keys.sort();
    keys.dedup();
    keys.iter().map(|k| json!({ "fullyQualifiedName": k, "kind": "object" })).collect()
}

fn related(alert: &Alert<'_>, sources: &Sources) -> Vec<Value> {
    let labels = alert.findings.iter().flat_map(|f| &f.labels).filter(|l| l.role != Role::Primary);
    let mut seen: Vec<(Location, &str)> = Vec::new();
    for label in labels {
        let place = (sources.locate(label.span), label.message.as_str());
        if !seen.contains(&place) && seen.len() < MOST_LOCATIONS {
            seen.push(place);
        }
    }
    let related = |(id, (at, message)): (usize, &(Location, &str))| {
        let message = if message.is_empty() { "written here before" } else { message };
        json!({ "id": id, "message": { "text": line(message) }, "physicalLocation": physical(at) })
    };
    seen.iter().enumerate().map(related).collect()
}

/// A place, cut to its first line: GitHub shows an alert in a pull request only if all of its lines are
/// in the change.
fn physical(at: &Location) -> Value {
    let mut region = json!({ "startLine": at.line, "startColumn": at.column });
    if at.end_line == at.line {
        // An empty region would not be shown.
        region["endColumn"] = at.end_column.max(at.column + 1).into();
    }
    json!({ "artifactLocation": { "uri": uri(&at.path), "uriBaseId": "%SRCROOT%" }, "region": region })
}

/// What has no line of its own: findings without a file at fault, what is unchecked, what was cut off.
fn notifications(report: &Report, sources: &Sources, left_out: usize) -> Vec<Value> {
    let mut out: Vec<Value> = counted(report)
        .filter(|f| f.primary().is_none())
        .map(|f| json!({ "level": f.severity.as_str(), "message": { "text": line(&f.message) }, "associatedRule": { "id": f.rule } }))
        .collect();
    for unchecked in &report.unchecked {
        let text = format!("not checked: {}: {}", line(&unchecked.what), line(&unchecked.why));
        let level = if unchecked.changed { "warning" } else { "note" };
        let mut notification = json!({ "level": level, "message": { "text": text } });
        if let Some(span) = unchecked.span {
            notification["locations"] =
                json!([{ "physicalLocation": physical(&sources.locate(span)) }]);
        }
        out.push(notification);
    }
    if left_out > 0 {
        out.push(json!({ "level": "warning", "message": { "text": format!("{left_out} results are left out") } }));
    }
    out
}

/// The hashes of the lines of each file, worked out once.
#[derive(Default)]
struct Hashes(BTreeMap<FileId, Vec<String>>);

impl Hashes {
    fn of(&mut self, file: FileId, line: u32, sources: &Sources) -> String {
        let hashes =
            self.0.entry(file).or_insert_with(|| line_hash::lines(&sources.file(file).text));
        hashes.get(line as usize - 1).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn as_github_reads_it() {
        let (report, sources) = sample::blocked();
        insta::assert_snapshot!(sarif(&report, &sources));
    }

    #[test]
    fn suppressed_findings_are_left_out_and_an_empty_run_is_a_run() {
        let (mut report, sources) = sample::blocked();
        report.findings.retain(|f| f.suppressed.is_some());
        let log: Value = serde_json::from_str(&sarif(&report, &sources)).unwrap();
        assert_eq!(log["runs"][0]["results"], json!([]));
    }
}
