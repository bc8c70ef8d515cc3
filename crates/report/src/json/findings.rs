//! Findings, and the lines that they point to.

use gitops_model::{Apply, Effect, Finding, Role};
use gitops_yaml::{Location, Sources};
use serde::Serialize;

use super::object::ObjectJson;

#[derive(Serialize)]
pub(super) struct FindingJson<'a> {
    rule: &'a str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ObjectJson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<ObjectJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    apply: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<&'static str>,
    clusters: Vec<&'a str>,
    locations: Vec<LocationJson<'a>>,
    cause: &'a str,
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<SuppressedJson<'a>>,
}

impl<'a> FindingJson<'a> {
    pub(super) fn of(finding: &'a Finding, sources: &Sources) -> Self {
        Self {
            rule: finding.rule,
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            message: &finding.message,
            help: finding.help.as_deref(),
            object: finding.object.as_ref().map(|(gvk, key)| ObjectJson::of(gvk, key)),
            others: finding.others.iter().map(|(gvk, key)| ObjectJson::of(gvk, key)).collect(),
            field: finding.field.as_ref().map(ToString::to_string),
            apply: finding.apply.map(Apply::as_str),
            effect: finding.effect.map(Effect::as_str),
            clusters: finding.clusters.iter().map(AsRef::as_ref).collect(),
            locations: finding
                .labels
                .iter()
                .map(|l| LocationJson::of(l.role, &sources.locate(l.span), &l.message))
                .collect(),
            cause: &finding.cause,
            fingerprint: &finding.fingerprint,
            suppressed: finding.suppressed.as_ref().map(|s| SuppressedJson {
                by: s.by,
                reason: &s.reason,
                expires: s.expires.as_deref(),
            }),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LocationJson<'a> {
    role: &'static str,
    path: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
}

impl<'a> LocationJson<'a> {
    fn of(role: Role, at: &Location, message: &'a str) -> Self {
        let role = match role {
            Role::Primary => "primary",
            Role::Origin => "origin",
            Role::Related => "related",
        };
        let (line, column, end_line, end_column) = (at.line, at.column, at.end_line, at.end_column);
        Self { role, path: at.path.to_string(), line, column, end_line, end_column, message }
    }
}

#[derive(Serialize)]
struct SuppressedJson<'a> {
    by: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<&'a str>,
}
