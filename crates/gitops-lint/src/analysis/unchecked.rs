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

/// Each thing with the cluster that it belongs to.
pub(super) fn by_cluster(steps: &[Step]) -> Vec<(SmolStr, Unchecked)> {
    let marked = |step: &Step, unchecked: &Unchecked| {
        let changed = unchecked.changed || is_changed(step, unchecked);
        (step.after.cluster.name.clone(), Unchecked { changed, ..unchecked.clone() })
    };
    steps.iter().flat_map(|s| s.after.unchecked.iter().map(move |u| marked(s, u))).collect()
}

/// Whether its object differs, or it was not there before.
fn is_changed(step: &Step, unchecked: &Unchecked) -> bool {
    let Some(before) = &step.before else { return false };
    let same = |u: &Unchecked| u.what == unchecked.what && u.why == unchecked.why;
    let differs = |c: &Change| c.key.to_string() == unchecked.what;
    !before.unchecked.iter().any(same) || step.changes.iter().any(differs)
}
