//! Judges updates whose verdicts were recorded from a real API server.
//!
//! `GITOPS_LINT_RECORDED` names a file of cases, one JSON object a line: `kind`, `case`, `old`, `new`,
//! `prerequisites`, `class`, and `verdicts` by release and apply mode. `GITOPS_LINT_RECORDED_KIND`
//! narrows it to one kind. Without the first the test says that it was skipped.
#![expect(clippy::disallowed_methods, reason = "a test reads a file that the environment names")]
#![expect(clippy::print_stdout, reason = "the report of a test")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use gitops_admission::{Update, Verdict, judge};
use gitops_model::{ApplyMode, KubernetesVersion, Resource};
use gitops_yaml::{ContentId, Node, Sources};

const MODES: [(&str, ApplyMode); 3] = [
    ("ssa", ApplyMode::ServerSide),
    ("csa", ApplyMode::ClientSide),
    ("replace", ApplyMode::Replace),
];

#[derive(Default, Debug)]
struct Tally {
    agreed: usize,
    missed: usize,
    false_alarms: usize,
    unknown: usize,
    spent: Duration,
}

#[test]
fn verdicts_are_those_of_a_real_server() {
    let Ok(path) = std::env::var("GITOPS_LINT_RECORDED") else {
        println!("SKIPPED: GITOPS_LINT_RECORDED names no file of recorded verdicts");
        return;
    };
    let only = std::env::var("GITOPS_LINT_RECORDED_KIND").ok();
    let cases = std::fs::read_to_string(path).expect("the file of recorded verdicts is readable");
    let sources = Sources::default();
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for (i, line) in cases.lines().enumerate() {
        let name = format!("case-{i}.json");
        let file = sources.load(&name, ContentId::of(line.as_bytes()), line.as_bytes());
        let case = file.documents.first().expect("a case a line");
        let kind = text(case, &["kind"]);
        if only.as_deref().is_none_or(|only| only == kind) {
            tally(case, tallies.entry(kind.to_owned()).or_default());
        }
    }
    let sum = |count: fn(&Tally) -> usize| tallies.values().map(count).sum::<usize>();
    for (kind, tally) in tallies.iter().filter(|(_, t)| t.missed + t.false_alarms + t.unknown > 0) {
        println!("{kind:32} {tally:?}");
    }
    let (missed, alarms, unknown) =
        (sum(|t| t.missed), sum(|t| t.false_alarms), sum(|t| t.unknown));
    println!(
        "{} agreed, {missed} missed, {alarms} false alarms, {unknown} unknown",
        sum(|t| t.agreed)
    );
    let spent: Duration = tallies.values().map(|tally| tally.spent).sum();
    println!("judged in {spent:?}");
    assert_eq!((missed, alarms, unknown), (0, 0, 0));
}

fn tally(case: &Node, tally: &mut Tally) {
    let object = |key: &str| case.get(key).cloned().and_then(Resource::new).expect("an object");
    let (old, new) = (object("old"), object("new"));
    let beside: Vec<Resource> = case
        .get("prerequisites")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .cloned()
        .filter_map(Resource::new)
        .collect();
    for release in case.get("verdicts").map(Node::entries).unwrap_or_default() {
        let version = KubernetesVersion::parse(&release.key).expect("a release");
        for (name, mode) in MODES {
            let Some(wanted) = release.value.get(name).and_then(Node::text) else { continue };
            let neighbours = beside.as_slice();
            let update = Update { old: &old, new: &new, mode, version, neighbours: &neighbours };
            let before = Instant::now();
            let verdict = judge(&update);
            tally.spent += before.elapsed();
            let refused = matches!(verdict, Verdict::Rejected(_));
            let unknown = matches!(verdict, Verdict::Unknown(_) | Verdict::Undefined);
            let count = match (wanted, refused) {
                _ if unknown => &mut tally.unknown,
                ("immutable", false) => &mut tally.missed,
                ("allowed", true) => &mut tally.false_alarms,
                ("invalid", true) if text(case, &["class"]) != "invalid-and-immutable" => {
                    &mut tally.false_alarms
                }
                _ => {
                    tally.agreed += 1;
                    continue;
                }
            };
            *count += 1;
            println!(
                "{} [{name} {version}] {} ({}): server said {wanted} {:?}; judged {}",
                text(case, &["id"]),
                text(case, &["case"]),
                text(case, &["live"]),
                text(case, &["message"]).chars().take(160).collect::<String>(),
                said(&verdict),
            );
        }
    }
}

fn said(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accepted => "accepted".to_owned(),
        Verdict::Unknown(why) => format!("unknown: {why}"),
        Verdict::Undefined => "undefined".to_owned(),
        Verdict::Rejected(refusals) => {
            let says = refusals.iter().map(|r| format!("{}: {:.60}", r.path, r.message));
            says.collect::<Vec<_>>().join("; ")
        }
    }
}

fn text<'n>(node: &'n Node, keys: &[&str]) -> &'n str {
    node.at(keys).and_then(Node::text).unwrap_or_default()
}
