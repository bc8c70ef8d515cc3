//! A plan as JSON, version 1.

use std::collections::BTreeMap;

use gitops_model::{Act, Finding, Hunk, Plan, Proof, Step};
use gitops_yaml::SmolStr;
use serde::Serialize;

use super::words::{kind, open};
use crate::json::{self, AdviceJson, Tool, WayJson};

/// The plan as JSON with a line break at the end.
#[must_use]
pub fn json(plan: &Plan, findings: &[Finding]) -> String {
    let json = Json {
        schema_version: "1",
        tool: Tool::THIS,
        ways: plan.ways.iter().enumerate().map(WayJson::of).collect(),
        steps: plan.steps.iter().enumerate().map(StepJson::of).collect(),
        open: open(plan, findings).map(Open::of).collect(),
    };
    json::text(&json)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Json<'a> {
    schema_version: &'static str,
    tool: Tool,
    ways: Vec<WayJson<'a>>,
    steps: Vec<StepJson<'a>>,
    open: Vec<Open<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StepJson<'a> {
    number: usize,
    ways: Vec<usize>,
    kind: &'static str,
    title: &'a str,
    clusters: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    edits: Vec<EditJson<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    by_hand: &'a [String],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    files: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    commands: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deletes: Vec<String>,
    check: AdviceJson<'a>,
    undo: AdviceJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<&'static str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stands_in_the_way: &'a [String],
}

impl<'a> StepJson<'a> {
    fn of((at, step): (usize, &'a Step)) -> Self {
        let (hunks, by_hand) = match &step.act {
            Act::Commit { hunks, by_hand, .. } => (&hunks[..], by_hand),
            Act::Run { by_hand, .. } => (&[][..], by_hand),
        };
        let (mut files, mut commands, mut deletes) = Default::default();
        if let Act::Run { files: all, commands: run, deletes: gone, .. } = &step.act {
            files = all.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            commands = &run[..];
            deletes = gone.iter().map(ToString::to_string).collect();
        }
        let (proof, wrong) = match &step.proof {
            Proof::None => (None, &[][..]),
            Proof::Holds => (Some("holds"), &[][..]),
            Proof::Fails(why) => (Some("fails"), &why[..]),
            Proof::Unknown => (Some("unknown"), &[][..]),
        };
        Self {
            number: at + 1,
            ways: step.ways.iter().map(|way| way + 1).collect(),
            kind: kind(step),
            title: &step.title,
            clusters: step.clusters.iter().map(SmolStr::as_str).collect(),
            edits: hunks.iter().map(EditJson::of).collect(),
            by_hand,
            files,
            commands,
            deletes,
            check: AdviceJson::of(&step.check),
            undo: AdviceJson::of(&step.undo),
            proof,
            stands_in_the_way: wrong,
        }
    }
}

#[derive(Serialize)]
struct EditJson<'a> {
    path: &'a str,
    line: u32,
    before: &'a str,
    after: &'a str,
}

impl<'a> EditJson<'a> {
    fn of(hunk: &'a Hunk) -> Self {
        Self { path: &hunk.path, line: hunk.line, before: &hunk.before, after: &hunk.after }
    }
}

#[derive(Serialize)]
struct Open<'a> {
    finding: &'a str,
    rule: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

impl<'a> Open<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            finding: &finding.fingerprint,
            rule: finding.rule,
            message: &finding.message,
            help: finding.help.as_deref(),
        }
    }
}
