//! Which cluster before the change is which after it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gitops_model::{ClusterState, Effect, ObjectKey, Resource, Tree};
use gitops_yaml::SmolStr;
use rayon::prelude::*;

use super::step::Step;

/// A cluster before and after, where it is there.
type Both = (Option<ClusterState>, Option<ClusterState>);

/// Pairs clusters by name, and folders that nothing reaches and that were moved by what they hold. A cluster that
/// is gone is paired with an empty state of itself; where its entry point went from `head`, nothing deletes what it
/// holds.
pub(super) fn pairs(
    before: Vec<ClusterState>,
    after: Vec<ClusterState>,
    effect: Effect,
    head: &dyn Tree,
) -> Vec<Step> {
    let abandoned = gitops_fleet::abandoned(&before, &after, head);
    let mut all: BTreeMap<SmolStr, Both> = BTreeMap::new();
    for state in before {
        let name = state.cluster.name.clone();
        all.entry(name).or_default().0 = Some(state);
    }
    for state in after {
        let name = state.cluster.name.clone();
        all.entry(name).or_default().1 = Some(state);
    }
    let mut all: Vec<Both> = all.into_values().collect();
    join_moved(&mut all);
    leave_out_adopted(&mut all);
    all.into_par_iter()
        .filter_map(|(before, after)| {
            let mut after = after.or_else(|| before.as_ref().map(emptied))?;
            let entries = before.iter().flat_map(ClusterState::entries).collect::<BTreeSet<_>>();
            after.problems.extend(entries.into_iter().filter_map(|e| abandoned.get(e).cloned()));
            let nothing = emptied(&after);
            let changes = gitops_compare::compare(before.as_ref().unwrap_or(&nothing), &after);
            Some(Step { before, after, changes, effect: Some(effect), waits: BTreeSet::new() })
        })
        .collect()
}

/// The same cluster, given nothing.
fn emptied(state: &ClusterState) -> ClusterState {
    ClusterState {
        cluster: state.cluster.clone(),
        sources: Vec::new(),
        units: Vec::new(),
        releases: Vec::new(),
        problems: Vec::new(),
        unchecked: Vec::new(),
    }
}

/// Joins folders that nothing reaches and that go with those that come in their place: of the same name first, then
/// the most alike.
fn join_moved(all: &mut [Both]) {
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for (place, both) in all.iter().enumerate() {
        match both {
            (Some(old), None) if !old.cluster.reached => gone.push((place, old, objects(old))),
            (None, Some(new)) if !new.cluster.reached => come.push((place, new, objects(new))),
            _ => {}
        }
    }
    let moved = |(from, old, before): &(usize, &ClusterState, Objects<'_>)| {
        let likeness = |(to, new, after): &(usize, &ClusterState, Objects<'_>)| {
            let (same, equal) = is_mostly(before, after)?;
            let tail = common_tail(&old.cluster.path, &new.cluster.path);
            Some((Reverse((tail, equal, same)), *from, *to))
        };
        come.iter().filter_map(likeness).collect::<Vec<_>>()
    };
    let mut moves: Vec<_> = gone.par_iter().flat_map_iter(moved).collect();
    moves.sort_unstable();
    for (_, from, to) in moves {
        if all[to].0.is_none() {
            all[to].0 = all[from].0.take();
        }
    }
}

type Objects<'a> = BTreeMap<&'a ObjectKey, &'a Arc<Resource>>;

fn objects(state: &ClusterState) -> Objects<'_> {
    state.objects().map(|(_, object)| (&object.key, object)).collect()
}

/// How many objects two folders have in common, and how many of these are equal, where it is most of them.
fn is_mostly(before: &Objects<'_>, after: &Objects<'_>) -> Option<(usize, usize)> {
    let both: Vec<_> = before.iter().filter_map(|(key, a)| Some((*a, *after.get(*key)?))).collect();
    let is_equal = |(a, b): &&(&Arc<Resource>, &Arc<Resource>)| {
        Arc::ptr_eq(a, b) || gitops_compare::fields(a, b).is_empty()
    };
    // Three fifths of what the two hold together.
    let mostly = !both.is_empty() && 10 * both.len() >= 3 * (before.len() + after.len());
    mostly.then(|| (both.len(), both.iter().filter(is_equal).count()))
}

/// How many folders at the end of two paths are the same.
fn common_tail(a: &str, b: &str) -> usize {
    a.rsplit('/').zip(b.rsplit('/')).take_while(|(a, b)| a == b).count()
}

/// Takes from folders that nothing reached and that are gone the objects that another cluster comes to be given: they
/// did not leave the repository, they were adopted.
fn leave_out_adopted(all: &mut [Both]) {
    let mut adopted: BTreeSet<ObjectKey> = BTreeSet::new();
    let is_gone =
        |(old, new): &Both| new.is_none() && old.as_ref().is_some_and(|c| !c.cluster.reached);
    if !all.iter().any(is_gone) {
        return;
    }
    for (before, after) in all.iter() {
        let known = before.as_ref().map(objects).unwrap_or_default();
        let given = after.as_ref().map(objects).unwrap_or_default();
        adopted.extend(given.into_keys().filter(|key| !known.contains_key(key)).cloned());
    }
    for both in all.iter_mut().filter(|both| is_gone(both)) {
        for unit in both.0.iter_mut().flat_map(|state| &mut state.units) {
            Arc::make_mut(&mut unit.resources).retain(|object| !adopted.contains(&object.key));
        }
    }
}
