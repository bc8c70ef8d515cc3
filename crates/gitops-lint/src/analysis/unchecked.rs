//! What could not be analysed, over all clusters, and whether the change touches it.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{Change, ClusterState, Unchecked, UnitId};
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
            let mut marked = unchecked.clone();
            marked.changed |= is_changed(step, unchecked);
            if let Some(paths) = differing_files(step, unchecked).filter(|p| !p.is_empty()) {
                marked.changed = true;
                marked.why = format!("{}; {}", marked.why, files(&paths));
            }
            (name.clone(), marked)
        };
        all.extend(step.after.unchecked.iter().map(marked));
        all.extend(not_known_before(step).map(|unchecked| (name.clone(), unchecked)));
    }
    all
}

/// What renders after the change and did not before: what changes in it cannot be said.
fn not_known_before(step: &Step) -> impl Iterator<Item = Unchecked> {
    step.before.iter().flat_map(|before| {
        let mended = before.units.iter().filter(|unit| {
            let after = step.after.unit(&unit.id);
            unit.inputs.is_none() && after.is_some_and(|after| after.inputs.is_some())
        });
        mended.map(|unit| Unchecked {
            changed: true,
            ..Unchecked::new(unit.id.to_string(), why_not_known(before, &unit.id), unit.declared)
        })
    })
}

/// That a unit could not be rendered before, and for which reason.
fn why_not_known(before: &ClusterState, unit: &UnitId) -> String {
    let name = unit.to_string();
    let cause = before.problems.iter().find(|p| p.root.as_deref() == Some(name.as_str()));
    let cause = cause.map(|p| format!(": {}", p.message)).unwrap_or_default();
    format!("it could not be rendered before the change, so what changes in it is not known{cause}")
}

/// How many files are named.
const MOST_FILES: usize = 3;

/// Something whose files all changed, with these in words.
pub(super) fn with_files(unchecked: Unchecked) -> Unchecked {
    let paths = unchecked.files.iter().map(|(path, _)| path.as_str()).collect();
    let why = format!("{}; {}", unchecked.why, files(&paths));
    Unchecked { why, ..unchecked }
}

/// Which of the files differ that something unchecked is made of.
fn differing_files<'s>(step: &'s Step, unchecked: &'s Unchecked) -> Option<BTreeSet<&'s str>> {
    let before = step.before.as_ref()?.unchecked.iter().find(|u| is_alike(u, unchecked))?;
    let is_in = |files: &[_], file| files.binary_search(file).is_ok();
    let new = unchecked.files.iter().filter(|f| !is_in(&before.files, f));
    let old = before.files.iter().filter(|f| !is_in(&unchecked.files, f));
    Some(new.chain(old).map(|(path, _)| path.as_str()).collect())
}

/// That files changed, in words.
fn files(paths: &BTreeSet<&str>) -> String {
    let named: Vec<String> = paths.iter().take(MOST_FILES).map(|p| format!("`{p}`")).collect();
    let named = named.join(", ");
    match paths.len() {
        1 => format!("its file {named} changed"),
        n if n <= MOST_FILES => format!("its files {named} changed"),
        n => format!("its files {named} and {} more changed", n - MOST_FILES),
    }
}

fn is_alike(a: &Unchecked, b: &Unchecked) -> bool {
    (&a.what, &a.why) == (&b.what, &b.why)
}

/// Whether its object differs, or it was not there before.
fn is_changed(step: &Step, unchecked: &Unchecked) -> bool {
    let Some(before) = &step.before else { return false };
    let same = |u: &Unchecked| is_alike(u, unchecked);
    let differs = |c: &Change| c.key.to_string() == unchecked.what;
    !before.unchecked.iter().any(same) || step.changes.iter().any(differs)
}
