//! JSON, version 1. The words are part of the format: other programs rely on them.

mod decision;
mod rollback;

use gitops_model::{
    Action, Apply, ChangeReport, ClusterReport, Deployed, Effect, FieldReport, Finding, Gvk,
    KubernetesVersion, ObjectKey, Report, Role, Unchecked,
};
use gitops_yaml::{Location, Sources, Span};
use serde::Serialize;

use decision::{GateJson, ImpactJson, RiskJson};
use rollback::UnrestoredJson;

use crate::plan::WayJson;

const SCHEMA_VERSION: &str = "1";

/// The JSON Schema of [`json`].
pub const SCHEMA: &str = include_str!("../../../../schemas/report.schema.json");

/// The report as JSON with a line break at the end.
#[must_use]
pub fn json(report: &Report, sources: &Sources) -> String {
    text(&Json::of(report, sources))
}

/// What is written as JSON, with a line break at the end.
pub(crate) fn text(json: &impl Serialize) -> String {
    // Serialising plain structs of texts and numbers into memory cannot fail.
    let mut out = serde_json::to_string_pretty(json).unwrap_or_default();
    out.push('\n');
    out
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Json<'a> {
    schema_version: &'static str,
    tool: Tool,
    clusters: Vec<Cluster<'a>>,
    changes: Vec<Change<'a>>,
    findings: Vec<FindingJson<'a>>,
    impact: ImpactJson<'a>,
    risk: RiskJson<'a>,
    gate: GateJson<'a>,
    ways: Vec<WayJson<'a>>,
    rollback: Vec<UnrestoredJson<'a>>,
    unchecked: Vec<UncheckedJson<'a>>,
}

impl<'a> Json<'a> {
    fn of(report: &'a Report, sources: &Sources) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool::THIS,
            clusters: report.clusters.iter().map(Cluster::of).collect(),
            changes: report.changes.iter().map(|c| Change::of(c, sources)).collect(),
            findings: report.findings.iter().map(|f| FindingJson::of(f, sources)).collect(),
            impact: ImpactJson::of(&report.impact),
            risk: RiskJson::of(&report.risk),
            gate: GateJson::of(&report.gate),
            ways: report.ways.iter().enumerate().map(WayJson::of).collect(),
            rollback: report.rollback.iter().map(UnrestoredJson::of).collect(),
            unchecked: report.unchecked.iter().map(|u| UncheckedJson::of(u, sources)).collect(),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
}

impl Tool {
    pub(crate) const THIS: Self = Self { name: "gitops-lint", version: crate::VERSION };
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cluster<'a> {
    name: &'a str,
    environment: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wave: Option<&'a str>,
    kubernetes_version: String,
    reached: bool,
    sources: Vec<SourceJson<'a>>,
    changes: CountsJson,
}

impl<'a> Cluster<'a> {
    fn of(report: &'a ClusterReport) -> Self {
        let cluster = &report.cluster;
        Self {
            name: &cluster.name,
            environment: cluster.environment.as_str(),
            wave: report.wave.as_deref(),
            kubernetes_version: cluster.version.unwrap_or(KubernetesVersion::NEWEST).to_string(),
            reached: cluster.reached,
            sources: report
                .sources
                .iter()
                .map(|s| SourceJson {
                    object: s.source.object.to_string(),
                    tracks: TracksJson {
                        kind: s.source.tracks.kind(),
                        reference: s.source.tracks.reference(),
                    },
                    deployed: DeployedJson {
                        revision: s.source.revision.as_ref().map(|r| r.0.as_str()),
                        by: match s.source.deployed {
                            Deployed::Option => "option",
                            Deployed::Evidence => "evidence",
                            Deployed::Reference => "ref",
                            Deployed::Assumed => "assumed",
                        },
                    },
                    effect: s.effect.map_or("none", Effect::as_str),
                })
                .collect(),
            changes: CountsJson {
                added: report.changes.added,
                removed: report.changes.removed,
                modified: report.changes.modified,
                moved: report.changes.moved,
                recreated: report.changes.recreated,
            },
        }
    }
}

#[derive(Serialize)]
struct SourceJson<'a> {
    object: String,
    tracks: TracksJson<'a>,
    deployed: DeployedJson<'a>,
    effect: &'static str,
}

#[derive(Serialize)]
struct TracksJson<'a> {
    kind: &'static str,
    #[serde(rename = "ref")]
    reference: &'a str,
}

#[derive(Serialize)]
struct DeployedJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<&'a str>,
    by: &'static str,
}

#[derive(Serialize)]
struct CountsJson {
    added: usize,
    removed: usize,
    modified: usize,
    moved: usize,
    recreated: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ObjectJson<'a> {
    api_version: String,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
}

impl<'a> ObjectJson<'a> {
    fn of(gvk: &Gvk, key: &'a ObjectKey) -> Self {
        Self {
            api_version: gvk.api_version(),
            kind: &key.kind,
            namespace: &key.namespace,
            name: &key.name,
        }
    }
}

#[derive(Serialize)]
struct Change<'a> {
    object: ObjectJson<'a>,
    action: &'static str,
    effect: &'static str,
    clusters: Vec<&'a str>,
    fields: Vec<Field<'a>>,
}

impl<'a> Change<'a> {
    fn of(change: &'a ChangeReport, sources: &Sources) -> Self {
        let field = |f: &'a FieldReport| Field {
            path: &f.path,
            before: f.before.as_deref(),
            after: f.after.as_deref(),
            location: Place::of(&sources.locate(f.written)),
        };
        Self {
            object: ObjectJson::of(&change.gvk, &change.key),
            action: action(change.action),
            effect: change.effect.as_str(),
            clusters: change.clusters.iter().map(AsRef::as_ref).collect(),
            fields: change.fields.iter().map(field).collect(),
        }
    }
}

/// The word for what happens to an object.
pub(crate) fn action(action: Action) -> &'static str {
    match action {
        Action::Added => "added",
        Action::Removed => "removed",
        Action::Modified => "modified",
        Action::Moved => "moved",
        Action::Recreated => "recreated",
    }
}

#[derive(Serialize)]
struct Field<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a str>,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    line: u32,
    column: u32,
}

impl Place {
    fn of(at: &Location) -> Self {
        Self { path: at.path.to_string(), line: at.line, column: at.column }
    }
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'a str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ObjectJson<'a>>,
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
    fn of(finding: &'a Finding, sources: &Sources) -> Self {
        Self {
            rule: finding.rule,
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            message: &finding.message,
            help: finding.help.as_deref(),
            object: finding.object.as_ref().map(|(gvk, key)| ObjectJson::of(gvk, key)),
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

#[derive(Serialize)]
struct UncheckedJson<'a> {
    what: &'a str,
    why: &'a str,
    changed: bool,
    location: MaybePlace,
}

/// A place, or `{}`.
#[derive(Serialize)]
struct MaybePlace {
    #[serde(flatten)]
    place: Option<Place>,
}

impl<'a> UncheckedJson<'a> {
    fn of(unchecked: &'a Unchecked, sources: &Sources) -> Self {
        let place = |span: Span| Place::of(&sources.locate(span));
        Self {
            what: &unchecked.what,
            why: &unchecked.why,
            changed: unchecked.changed,
            location: MaybePlace { place: unchecked.span.map(place) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SCHEMA, json};
    use crate::sample;
    use serde_json::Value;

    #[test]
    fn version_1() {
        let (report, sources) = sample::blocked();
        insta::assert_snapshot!(json(&report, &sources));
    }

    #[test]
    fn the_schema_describes_it() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let (report, sources) = sample::blocked();
        for report in [report, gitops_model::Report::default()] {
            fits(
                &serde_json::from_str(&json(&report, &sources)).unwrap(),
                &schema,
                &schema,
                "report",
            );
        }
    }

    /// The part of JSON Schema that the schema uses.
    fn fits(value: &Value, schema: &Value, root: &Value, at: &str) {
        if let Some(name) = schema["$ref"].as_str() {
            return fits(value, root.pointer(name.trim_start_matches('#')).unwrap(), root, at);
        }
        if let Some(words) = schema["enum"].as_array() {
            assert!(words.contains(value), "{at} is {value}");
        }
        match value {
            Value::Object(map) => {
                for key in schema["required"].as_array().unwrap() {
                    assert!(map.contains_key(key.as_str().unwrap()), "{at} has no {key}");
                }
                for (key, value) in map {
                    let known = &schema["properties"][key];
                    assert!(known.is_object(), "{at}.{key} is not in the schema");
                    fits(value, known, root, &format!("{at}.{key}"));
                }
            }
            Value::Array(items) => {
                items.iter().for_each(|v| fits(v, &schema["items"], root, &format!("{at}[]")))
            }
            Value::Number(_) => {
                assert!(["integer", "number"].contains(&schema["type"].as_str().unwrap()), "{at}")
            }
            Value::Bool(_) => assert_eq!(schema["type"], "boolean", "{at}"),
            _ => {}
        }
    }
}
