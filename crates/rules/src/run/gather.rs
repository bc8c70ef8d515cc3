//! Merges what is the same on several clusters, and says which line it comes from.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use gitops_model::{Finding, Label, RuleId, Severity};
use gitops_yaml::{Location, SmolStr, Sources};
use sha2::{Digest, Sha256};

/// Rules about what stands at a line, whatever object it comes to be part of: a base or component that many roots use
/// is wrong once.
const OF_THE_LINE: &[&str] = &[
    "deprecated-field",
    "duplicate-item",
    "missing-field",
    "not-a-string",
    "not-allowed-value",
    "removed-api",
    "selector-from-labels",
    "unknown-field",
    "validation-rule-broken",
    "wrong-type",
];

/// One finding for each thing that is wrong, with all its clusters: worst first, then by place.
#[must_use]
pub fn gather(findings: Vec<Finding>, sources: &Sources) -> Vec<Finding> {
    let mut merged: BTreeMap<_, Finding> = BTreeMap::new();
    for mut finding in findings {
        let place = finding.primary().map(|span| sources.locate(span));
        finding.fingerprint = fingerprint(&finding, place.as_ref());
        finding.cause = cause(&finding, place.as_ref());
        let key = (
            Reverse(finding.severity),
            place.map(|p| (p.path, p.line, p.column)),
            finding.rule,
            finding.fingerprint.clone(),
            finding.suppressed.is_some(),
        );
        match merged.get_mut(&key) {
            Some(first) => merge(first, finding),
            None => {
                merged.insert(key, finding);
            }
        }
    }
    tell_apart(fold(merged), sources)
}

type Place = (Reverse<Severity>, Option<(SmolStr, u32, u32)>, RuleId, String, bool);

/// Findings at one line about several objects become one, where the line alone is to blame. The object that comes
/// first speaks for all.
fn fold(merged: BTreeMap<Place, Finding>) -> Vec<Finding> {
    let mut folded: Vec<Finding> = Vec::new();
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    for ((severity, place, rule, _, suppressed), finding) in merged {
        let field = finding.field.as_ref().map(ToString::to_string);
        let is_shared = place.is_some() && OF_THE_LINE.contains(&rule);
        let same = (severity, place, rule, suppressed, field, finding.apply, finding.effect);
        match known.get(&same).and_then(|at| folded.get_mut(*at)).filter(|_| is_shared) {
            Some(first) => join(first, finding),
            None => {
                known.insert(same, folded.len());
                folded.push(finding);
            }
        }
    }
    for finding in folded.iter_mut().filter(|f| !f.others.is_empty()) {
        let (count, s) = (finding.others.len(), if finding.others.len() == 1 { "" } else { "s" });
        finding.message += &format!("; so it is with {count} more object{s}");
    }
    folded
}

fn join(first: &mut Finding, mut other: Finding) {
    if other.object < first.object {
        std::mem::swap(first, &mut other);
    }
    first.others.extend(std::mem::take(&mut other.others));
    first.others.extend(other.object.take());
    merge(first, other);
}

fn merge(first: &mut Finding, other: Finding) {
    first.clusters.extend(other.clusters);
    first.confidence = first.confidence.max(other.confidence);
    for label in other.labels {
        let known = |l: &Label| (l.role, l.span) == (label.role, label.span);
        if !first.labels.iter().any(known) {
            first.labels.push(label);
        }
    }
}

/// Stable when lines move, and the same on every cluster.
fn fingerprint(finding: &Finding, place: Option<&Location>) -> String {
    let mut parts = vec![finding.rule.to_owned()];
    match &finding.object {
        Some((gvk, key)) => {
            parts.extend([&gvk.group, &gvk.kind, &key.namespace, &key.name].map(|p| p.to_string()));
        }
        None => {
            parts.extend([place.map_or_else(String::new, |p| p.path.to_string())]);
            parts.push(finding.message.clone());
        }
    }
    parts.push(finding.field.as_ref().map_or_else(String::new, ToString::to_string));
    parts.push(finding.apply.map_or("", |a| a.as_str()).to_owned());
    parts.push(finding.effect.map_or("", |e| e.as_str()).to_owned());
    hash(&parts)
}

/// The same for all findings that blame one line.
fn cause(finding: &Finding, place: Option<&Location>) -> String {
    let mut cause = match place {
        Some(place) => hash(&[place.path.to_string(), place.line.to_string()]),
        None => finding.fingerprint.clone(),
    };
    cause.truncate(12);
    cause
}

/// Gives findings that are alike but blame several files a fingerprint each.
fn tell_apart(mut findings: Vec<Finding>, sources: &Sources) -> Vec<Finding> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in &mut findings {
        let times = seen.entry(finding.fingerprint.clone()).or_default();
        *times += 1;
        if *times > 1 {
            let path = finding.primary().map(|span| sources.locate(span).path.to_string());
            let parts = [finding.fingerprint.clone(), path.unwrap_or_default(), times.to_string()];
            finding.fingerprint = hash(&parts);
        }
    }
    findings
}

fn hash(parts: &[String]) -> String {
    let digest = Sha256::digest(parts.join("\0"));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
