//! `reference-elsewhere`: an object names one that only another cluster has.

use std::collections::BTreeMap;

use gitops_graph::{Consequence, Missing};
use gitops_model::{Confidence, ObjectKey, UnitId};

use crate::{Check, Draft, Fleet, State, wording};

rule!(
    "reference-elsewhere",
    Warning,
    Check::Objects(check),
    "names an object that another cluster has, and this one has not",
    Pedantic
);

fn check(fleet: &Fleet<'_>, out: &mut Vec<Draft>) {
    let reached = || fleet.states.iter().filter(|s| s.cluster.cluster.reached);
    let mut holders: BTreeMap<&ObjectKey, Vec<(&str, &UnitId)>> = BTreeMap::new();
    for state in reached() {
        for (unit, object) in state.objects() {
            holders.entry(&object.key).or_default().push((state.name(), &unit.id));
        }
    }
    for state in reached().filter(|s| s.is_whole()) {
        out.extend(elsewhere(state, &holders));
    }
}

fn elsewhere(
    state: &State<'_>,
    holders: &BTreeMap<&ObjectKey, Vec<(&str, &UnitId)>>,
) -> Vec<Draft> {
    let dangling = state.graph().dangling().into_iter();
    let missing = dangling.filter(|d| {
        d.missing == Missing::Object && d.link.edge.removed >= Consequence::NextRestart
    });
    let drafts = missing.filter_map(|d| {
        let (from, to) = (d.link.from, &d.link.to.key);
        let unit = from.unit()?;
        // Only where both come from one unit there: this one was meant to bring it.
        let there = |(_, holder): &&(&str, &UnitId)| *holder == unit;
        let names: Vec<&str> =
            holders.get(to)?.iter().filter(there).map(|(name, _)| *name).collect();
        if names.is_empty() {
            return None;
        }
        let message = format!(
            "`{}` needs `{to}`, which {} {} and `{}` has not: it {}",
            from.key,
            wording::list(&names),
            if names.len() == 1 { "has" } else { "have" },
            state.name(),
            d.link.edge.removed.as_str(),
        );
        Some(
            Draft::new(message)
                .on(from.object()?)
                .field(d.path.clone())
                .at_span(d.span)
                .confidence(Confidence::Likely)
                .clusters([state.name()])
                .help("add it to this cluster too, or take out who names it"),
        )
    });
    drafts.collect()
}
