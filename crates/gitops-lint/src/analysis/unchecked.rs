//! What could not be analysed, over all clusters, and whether the change touches it.

use std::collections::BTreeMap;

use gitops_model::{Change, Unchecked};
use gitops_yaml::SmolStr;

use super::Step;

/// Each thing once, by name.
pub(super) fn of(steps: &[Step]) -> Vec<Unchecked> {
    let mut all: BTreeMap<(String, String), Unchecked> = BTreeMap::new();
    for (_, unchecked) in by_cluster(steps) {
        let key = (unchecked.what.clone(), unchecked.why.clone());
        let changed = unchecked.changed;
        all.entry(key).or_insert(unchecked).changed |= changed;
    }
    all.into_values().collect()
}

/// Each thing with the cluster that it belongs to. What could not be analysed on clusters on which nothing
/// differs is no business of the change.
pub(super) fn by_cluster(steps: &[Step]) -> Vec<(SmolStr, Unchecked)> {
    let mut all = Vec::new();
    for step in steps.iter().filter(|step| step.differs()) {
        let name = &step.after.cluster.name;
        let marked = |unchecked: &Unchecked| {
            let changed = unchecked.changed || is_changed(step, unchecked);
            (name.clone(), Unchecked { changed, ..unchecked.clone() })
        };
        all.extend(step.after.unchecked.iter().map(marked));
        all.extend(not_known_before(step).map(|unchecked| (name.clone(), unchecked)));
    }
    all
}

/// What renders after the change and did not before: what changes in it cannot be said.
fn not_known_before(step: &Step) -> impl Iterator<Item = Unchecked> {
    let mended = |unit: &&gitops_model::Unit| {
        let after = step.after.unit(&unit.id);
        unit.inputs.is_none() && after.is_some_and(|after| after.inputs.is_some())
    };
    let why = "it could not be rendered before the change, so what changes in it is not known";
    step.before.iter().flat_map(|before| &before.units).filter(mended).map(move |unit| Unchecked {
        what: unit.id.to_string(),
        why: why.to_owned(),
        changed: true,
        span: unit.declared,
    })
}

/// Whether its object differs, or it was not there before.
fn is_changed(step: &Step, unchecked: &Unchecked) -> bool {
    let Some(before) = &step.before else { return false };
    let same = |u: &Unchecked| u.what == unchecked.what && u.why == unchecked.why;
    let differs = |c: &Change| c.key.to_string() == unchecked.what;
    !before.unchecked.iter().any(same) || step.changes.iter().any(differs)
}
