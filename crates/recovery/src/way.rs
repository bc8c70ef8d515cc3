//! Findings grouped by the way out that they share.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{Action, Confidence, Controller, Effect, Finding, ObjectKey, Unit, UnitId};
use gitops_rules::Pair;
use gitops_yaml::SmolStr;

use crate::case::Case;
use crate::recipe::{Recipe, fitting};

/// Findings with one recipe and one owner, on all their clusters.
pub(crate) struct Group<'a> {
    pub(crate) recipe: &'static Recipe,
    pub(crate) findings: Vec<&'a Finding>,
    pub(crate) cases: Vec<Case<'a>>,
}

impl Group<'_> {
    pub(crate) fn objects(&self) -> BTreeSet<&ObjectKey> {
        self.cases.iter().map(|c| c.key).collect()
    }

    /// Where, by when the change comes true there.
    pub(crate) fn places(&self) -> BTreeMap<Effect, BTreeSet<SmolStr>> {
        let mut places: BTreeMap<Effect, BTreeSet<SmolStr>> = BTreeMap::new();
        for pair in self.cases.iter().map(|c| c.pair) {
            let effect = pair.effect.unwrap_or(Effect::Now);
            places.entry(effect).or_default().insert(pair.after.name().into());
        }
        places
    }

    pub(crate) fn controller(&self) -> Controller {
        self.cases.first().map_or(Controller::None, Case::controller)
    }
}

/// The ways out, in the order of the findings, and the findings that no recipe fits although something
/// is refused, recreated or lost.
pub(crate) fn groups<'a>(
    pairs: &'a [Pair<'a>],
    findings: impl Iterator<Item = &'a Finding>,
) -> (Vec<Group<'a>>, Vec<&'a Finding>) {
    type Key = (&'static str, Option<UnitId>);
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    let mut open = Vec::new();
    let sure = |f: &&Finding| f.suppressed.is_none() && f.confidence > Confidence::Possible;
    for finding in findings.filter(sure) {
        let Some(effect) = finding.effect else { continue };
        let mut solved = false;
        for case in cases(pairs, finding, effect) {
            let Some(recipe) = fitting(finding, &case) else { continue };
            solved = true;
            let key = (recipe.id, case.unit().map(|u| u.id.clone()));
            let at = *known.entry(key).or_insert_with(|| {
                groups.push(Group { recipe, findings: Vec::new(), cases: Vec::new() });
                groups.len() - 1
            });
            let Some(group) = groups.get_mut(at) else { continue };
            if !group.findings.iter().any(|f| std::ptr::eq(*f, finding)) {
                group.findings.push(finding);
            }
            let same = |c: &Case<'_>| c.key == case.key && std::ptr::eq(c.pair, case.pair);
            if !group.cases.iter().any(same) {
                group.cases.push(case);
            }
        }
        if !solved && finding.apply.is_some_and(|a| a != gitops_model::Apply::Accepted) {
            open.push(finding);
        }
    }
    (groups, open)
}

/// The objects that a finding speaks of, on each of its clusters.
fn cases<'a>(pairs: &'a [Pair<'a>], finding: &'a Finding, effect: Effect) -> Vec<Case<'a>> {
    let here = |pair: &&Pair<'_>| {
        pair.effect == Some(effect) && finding.clusters.contains(pair.after.name())
    };
    let of_pair =
        |pair: &'a Pair<'a>| finding.objects().flat_map(|key| subjects(pair, finding.rule, key));
    pairs.iter().filter(here).flat_map(of_pair).collect()
}

fn subjects<'a>(pair: &'a Pair<'a>, rule: &str, key: &'a ObjectKey) -> Vec<Case<'a>> {
    let declares = |unit: &Unit| unit.object.as_ref().is_some_and(|o| o.key == *key);
    match rule {
        // It speaks of the new owner, or of the first object where nothing declares that one.
        "moved-between-owners" => {
            let to = |id: &UnitId| pair.after.cluster.unit(id).is_some_and(declares);
            let moved = pair.changes.iter().filter(|c| c.action == Action::Moved);
            let own = moved.filter(|c| c.key == *key || c.new_unit.as_ref().is_some_and(to));
            own.map(|c| Case::of(pair, &c.key)).collect()
        }
        // They speak of what applies objects.
        "owner-removed" | "prune-all" => {
            let own = |state: &'a gitops_model::ClusterState| {
                let unit = state.units.iter().find(|u| declares(u))?;
                Some((unit, unit.object.as_ref()?))
            };
            let old = pair.before.as_ref().and_then(|b| own(b.cluster));
            vec![Case { pair, key, old, new: own(pair.after.cluster) }]
        }
        _ => vec![Case::of(pair, key)],
    }
}
