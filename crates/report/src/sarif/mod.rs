//! SARIF 2.1.0 as GitHub code scanning reads it.
//!
//! GitHub shows one alert for a rule and a line, so findings that share both are one result. It does not
//! honour suppressions, so suppressed findings are left out; it keeps the first 5000 results, so the worst
//! come first.

mod line_hash;

use std::collections::BTreeMap;

use gitops_model::{Finding, Report, Role, RuleMeta, Severity};
use gitops_yaml::{FileId, Location, Sources};
use serde_json::{Value, json};

use crate::escape::{line, uri};
use crate::view::{Places, add_places, counted, names, places};

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
        alerts.iter().map(|a| a.result(report, sources, &mut hashes)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "gitops-lint",
                "semanticVersion": crate::VERSION,
                "informationUri": crate::REPOSITORY,
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
    let page = if rule.page.is_empty() { rule.summary } else { rule.page };
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.summary },
        "help": { "text": page, "markdown": page },
        "helpUri": format!("{}/blob/main/rules/{}.md", crate::REPOSITORY, rule.id),
        "defaultConfiguration": { "level": rule.severity.as_str() },
        "properties": { "tags": ["gitops", "kubernetes"], "problem.severity": problem },
    })
}

/// The findings of one rule that blame one line.
struct Alert<'a> {
    findings: Vec<&'a Finding>,
    file: FileId,
    at: Location,
}

fn alerts<'a>(report: &'a Report, sources: &Sources) -> Vec<Alert<'a>> {
    let mut alerts: Vec<Alert<'a>> = Vec::new();
    let mut known: BTreeMap<(&str, String, u32), usize> = BTreeMap::new();
    for finding in counted(report) {
        let Some(span) = finding.primary() else { continue };
        let at = sources.locate(span);
        let place =
            *known.entry((finding.rule, at.path.to_string(), at.line)).or_insert(alerts.len());
        match alerts.get_mut(place) {
            Some(alert) => alert.findings.push(finding),
            None => alerts.push(Alert { findings: vec![finding], file: span.file, at }),
        }
    }
    alerts.sort_by_key(|a| std::cmp::Reverse(a.findings.iter().map(|f| f.severity).max()));
    alerts
}

impl Alert<'_> {
    fn result(&self, report: &Report, sources: &Sources, hashes: &mut Hashes) -> Value {
        let rule = self.findings.first().map_or("", |f| f.rule);
        let severity = self.findings.iter().map(|f| f.severity).max().unwrap_or(Severity::Warning);
        let mut result = json!({
            "ruleId": rule,
            "level": severity.as_str(),
            "message": { "text": self.message() },
            "locations": [{ "physicalLocation": physical(&self.at), "logicalLocations": self.objects() }],
            "partialFingerprints": {
                "primaryLocationLineHash": hashes.of(self.file, self.at.line, sources),
                "gitopsLint/v1": self.findings.first().map_or("", |f| f.fingerprint.as_str()),
            },
        });
        if let Some(index) = report.rules.iter().position(|r| r.id == rule) {
            result["ruleIndex"] = index.into();
        }
        let related = self.related(sources);
        if !related.is_empty() {
            result["relatedLocations"] = related.into();
        }
        result
    }

    /// What the first finding says, whom else it is true for, where and when, and what to do.
    fn message(&self) -> String {
        let Some(first) = self.findings.first() else { return String::new() };
        let mut text = line(&first.message);
        let mut objects: Vec<String> = Vec::new();
        for (_, key) in self.findings.iter().filter_map(|f| f.object.as_ref()) {
            if !objects.contains(&key.to_string()) {
                objects.push(key.to_string());
            }
        }
        if objects.len() > 1 {
            let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
            text += &format!("\nConcerns {}.", names(&objects, 10));
        }
        let mut where_and_when = Places::new();
        self.findings.iter().for_each(|f| add_places(&mut where_and_when, f));
        if !where_and_when.is_empty() {
            text += &format!("\nWhere: {}.", places(&where_and_when));
        }
        if let Some(help) = &first.help {
            text += &format!("\nHelp: {}.", line(help));
        }
        text
    }

    fn objects(&self) -> Vec<Value> {
        let keys = self.findings.iter().filter_map(|f| Some(f.object.as_ref()?.1.to_string()));
        let mut keys: Vec<String> = keys.collect();
        keys.sort();
        keys.dedup();
        keys.iter().map(|k| json!({ "fullyQualifiedName": k, "kind": "object" })).collect()
    }

    fn related(&self, sources: &Sources) -> Vec<Value> {
        let labels =
            self.findings.iter().flat_map(|f| &f.labels).filter(|l| l.role != Role::Primary);
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
