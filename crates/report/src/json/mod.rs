//! JSON, version 1. The words are part of the format: other programs rely on them.

mod clusters;
mod decision;
mod findings;
mod object;
mod rollback;
mod way;

use gitops_model::{Action, ChangeReport, FieldReport, Report, Unchecked};
use gitops_yaml::{Location, Sources, Span};
use serde::Serialize;

use clusters::ClusterJson;
use decision::{GateJson, ImpactJson, RiskJson};
use findings::FindingJson;
use object::ObjectJson;
use rollback::UnrestoredJson;

pub(crate) use way::{AdviceJson, WayJson};

use crate::program::VERSION;

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
    clusters: Vec<ClusterJson<'a>>,
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
            clusters: report.clusters.iter().map(ClusterJson::of).collect(),
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
    pub(crate) const THIS: Self = Self { name: "gitops-lint", version: VERSION };
}

#[derive(Serialize)]
struct Change<'a> {
    object: ObjectJson<'a>,
    action: &'static str,
    effect: &'static str,
    clusters: Vec<&'a str>,
    fields: Vec<Field<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    waits: bool,
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
            waits: change.waits,
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
