//! Which objects of a cluster changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gitops_model::{Action, Change, ClusterState, ObjectKey, Resource, Unit, UnitId};
use gitops_schema::stored_key;

use crate::{fields, releases};

/// An object and what applies it.
type Applied<'a> = (&'a Unit, &'a Arc<Resource>);

/// The objects that differ between two states of one cluster, sorted by key. What a unit that could
/// not be rendered on one side applies is not compared: its objects are neither added nor removed.
#[must_use]
pub fn compare(before: &ClusterState, after: &ClusterState) -> Vec<Change> {
    let unknown = not_rendered(before, after);
    let mut objects: BTreeMap<ObjectKey, (Vec<Applied<'_>>, Vec<Applied<'_>>)> = BTreeMap::new();
    let known = |(unit, _): &Applied<'_>| !unknown.contains(&unit.id);
    for applied in before.objects().filter(known) {
        objects.entry(stored_key(&applied.1.key)).or_default().0.push(applied);
    }
    for applied in after.objects().filter(known) {
        objects.entry(stored_key(&applied.1.key)).or_default().1.push(applied);
    }
    let mut changes = objects.values().filter_map(|(old, new)| change(old, new)).collect();
    releases::add(before, after, &unknown, &mut changes);
    changes
}

fn change(old: &[Applied<'_>], new: &[Applied<'_>]) -> Option<Change> {
    let (old, new) = chosen(old, new);
    let (action, fields) = match (old, new) {
        (Some((from, a)), Some((to, b))) => {
            let fields = if is_unchanged((from, a), (to, b)) { Vec::new() } else { fields(a, b) };
            match from.id == to.id {
                true if fields.is_empty() => return None,
                true => (Action::Modified, fields),
                false => (Action::Moved, fields),
            }
        }
        (Some(_), None) => (Action::Removed, Vec::new()),
        (None, _) => (Action::Added, Vec::new()),
    };
    let resource = |applied: Option<Applied<'_>>| applied.map(|(_, r)| r.clone());
    let unit = |applied: Option<Applied<'_>>| applied.map(|(u, _)| u.id.clone());
    Some(Change {
        key: new.or(old)?.1.key.clone(),
        action,
        old: resource(old),
        new: resource(new),
        old_unit: unit(old),
        new_unit: unit(new),
        fields,
    })
}

/// Where several units apply one object: the last unit that does so on both sides, else the last of
/// each side.
fn chosen<'a>(
    old: &[Applied<'a>],
    new: &[Applied<'a>],
) -> (Option<Applied<'a>>, Option<Applied<'a>>) {
    let both = old.iter().rev().find_map(|a| {
        let same = new.iter().rev().find(|b| b.0.id == a.0.id)?;
        Some((Some(*a), Some(*same)))
    });
    both.unwrap_or((old.last().copied(), new.last().copied()))
}

/// Whether it is the same object without a look at its fields.
fn is_unchanged((from, old): Applied<'_>, (to, new): Applied<'_>) -> bool {
    Arc::ptr_eq(old, new) || from.id == to.id && from.inputs.is_some() && from.inputs == to.inputs
}

/// The units that could not be rendered on one side, and those that only such a unit declares.
fn not_rendered<'a>(before: &'a ClusterState, after: &'a ClusterState) -> BTreeSet<&'a UnitId> {
    let mut unknown = BTreeSet::new();
    for (failed, other) in [(before, after), (after, before)] {
        let mut open: Vec<&UnitId> =
            failed.units.iter().filter(|u| u.inputs.is_none()).map(|u| &u.id).collect();
        while let Some(id) = open.pop() {
            if unknown.insert(id) {
                open.extend(declared_by(other, id).filter(|child| failed.unit(child).is_none()));
            }
        }
    }
    unknown
}

/// The units whose own objects a unit applies.
fn declared_by<'a>(state: &'a ClusterState, parent: &UnitId) -> impl Iterator<Item = &'a UnitId> {
    let applied: BTreeSet<&ObjectKey> = state
        .units
        .iter()
        .filter(|u| u.id == *parent)
        .flat_map(|u| u.resources.iter().map(|r| &r.key))
        .collect();
    let declares =
        move |unit: &&Unit| unit.object.as_ref().is_some_and(|o| applied.contains(&o.key));
    state.units.iter().filter(declares).map(|u| &u.id)
}
