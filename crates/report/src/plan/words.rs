//! What every format of a plan says in the same words.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{Act, Effect, Finding, Plan, Proof, Step, Way};
use gitops_yaml::SmolStr;

use crate::view::{Places, names, places};

/// `commit`, `merge` or `run`.
pub(super) fn kind(step: &Step) -> &'static str {
    match &step.act {
        Act::Commit { merges: true, .. } => "merge",
        Act::Commit { .. } => "commit",
        Act::Run { .. } => "run",
    }
}

/// Where.
pub(super) fn clusters(step: &Step) -> String {
    let all: Vec<&str> = step.clusters.iter().map(SmolStr::as_str).collect();
    names(&all, 4)
}

/// `now on dev; queued on prod-eu`.
pub(super) fn place(way: &Way) -> String {
    let mut all: Places<'_> = BTreeMap::new();
    for (effect, clusters) in &way.places {
        all.entry(*effect).or_default().extend(clusters.iter().map(SmolStr::as_str));
    }
    places(&all)
}

/// The findings that the plan leaves open.
pub(super) fn open<'a>(
    plan: &'a Plan,
    findings: &'a [Finding],
) -> impl Iterator<Item = &'a Finding> {
    findings.iter().filter(|f| plan.open.contains(&f.fingerprint))
}

/// What a step of a plan asks for where a cluster waits for a promotion.
pub(super) fn promotion(plan: &Plan, step: &Step) -> Option<String> {
    let ways = step.ways.iter().filter_map(|way| plan.ways.get(*way));
    let queued = ways.filter_map(|way| way.places.get(&Effect::Queued)).flatten();
    let clusters: Vec<&str> =
        queued.map(SmolStr::as_str).collect::<BTreeSet<_>>().into_iter().collect();
    let commit = matches!(step.act, Act::Commit { .. });
    (commit && !clusters.is_empty()).then(|| {
        format!("promote this commit to {} by itself, before the next step", names(&clusters, 4))
    })
}

/// What the engine says of a step, where there is something to say.
pub(super) fn doubt(step: &Step) -> Option<String> {
    match &step.proof {
        Proof::None | Proof::Holds => None,
        Proof::Fails(why) => Some(format!("does not hold: {}", why.join("; "))),
        Proof::Unknown => Some("not checked: part of it has to be written by hand".to_owned()),
    }
}

/// How many commits the engine was run over.
pub(super) fn proven(plan: &Plan) -> usize {
    plan.steps.iter().filter(|s| s.proof == Proof::Holds).count()
}
