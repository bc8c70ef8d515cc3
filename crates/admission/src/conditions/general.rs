//! Conditions of kinds that need but one.

use gitops_schema::Immutable;
use gitops_yaml::Node;

use crate::edit::same;
use crate::judged::Judged;
use crate::{Refusal, edit};

/// The live object holds a value, and the stored one would hold none.
pub(super) fn removed(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let keys = row.keys();
    judged.refuse_if(judged.live.at(&keys).is_some() && judged.stored.at(&keys).is_none(), row)
}

/// The manifest names a value that only the server gives, and another than before.
pub(super) fn set_to_another(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let keys = row.keys();
    judged.refuse_if(judged.new.at(&keys).is_some() && !judged.is_same(&keys), row)
}

/// The items are others, their order aside.
pub(super) fn other_set(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let set = |node: &Node| {
        let mut items = edit::list(node, &row.keys());
        items.sort_unstable();
        items.dedup();
        items
    };
    judged.refuse_if(set(&judged.live) != set(&judged.stored), row)
}

/// The type of a strategy is no longer `RollingUpdate` while the settings of a rolling update, which the
/// server wrote and the manifest never owned, stay behind.
pub(super) fn left_by_type(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let keys = row.keys();
    let strategy = keys.split_last().map_or(&[] as &[&str], |(_, strategy)| strategy);
    let rolling = edit::text(&judged.stored, &[strategy, &["type"]].concat()) == "RollingUpdate";
    judged.refuse_if(!rolling && is_left(judged, &keys), row)
}

/// The labels of the template change while the selector, which the server once took from them, stays
/// behind.
pub(super) fn left_by_labels(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let keys = row.keys();
    let labels = judged.stored.at(&["spec", "template", "metadata", "labels"]);
    let selector = judged.stored.at(&keys).map(Node::entries).unwrap_or_default();
    let matches = selector
        .iter()
        .all(|e| labels.and_then(|labels| labels.get(&e.key)).is_some_and(|l| l.same(&e.value)));
    judged.refuse_if(!matches && is_left(judged, &keys), row)
}

/// Whether a value is stored that the manifest does not name.
fn is_left(judged: &Judged<'_>, keys: &[&str]) -> bool {
    judged.stored.at(keys).is_some() && judged.new.at(keys).is_none()
}

/// A driver that stays is changed; its `allocatable` may change from 1.35.
pub(super) fn node_drivers(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let drivers = |node: &Node| -> Vec<Node> {
        let mut drivers = node.at(&row.keys()).map(Node::items).unwrap_or_default().to_vec();
        if judged.since(35) {
            drivers.iter_mut().for_each(|driver| {
                driver.remove("allocatable");
            });
        }
        drivers
    };
    let (live, stored) = (drivers(&judged.live), drivers(&judged.stored));
    let changed = live.iter().any(|old| {
        let name = edit::text(old, &["name"]);
        stored.iter().any(|new| edit::text(new, &["name"]) == name && !old.same(new))
    });
    judged.refuse_if(changed, row)
}

/// Ranges change otherwise than by adding a second one.
pub(super) fn service_cidrs(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let keys = row.keys();
    let (old, new) = (edit::list(&judged.live, &keys), edit::list(&judged.stored, &keys));
    let added = old.len() == 1 && new.len() == 2 && old[0] == new[0];
    judged.refuse_if(old != new && !added, row)
}

/// A version goes in which objects are stored. Without a status, objects are stored in the version
/// that says so.
pub(super) fn stored_versions(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let names = |node: &Node, stored: bool| -> Vec<String> {
        let versions = node.at(&row.keys()).map(Node::items).unwrap_or_default();
        let wanted = versions.iter().filter(|v| !stored || edit::is_true(v, &["storage"]));
        wanted.map(|v| edit::text(v, &["name"]).to_owned()).collect()
    };
    let stored = match judged.status(&["storedVersions"]) {
        Some(list) => list.items().iter().filter_map(Node::text).map(str::to_owned).collect(),
        None => names(&judged.live, true),
    };
    let kept = names(&judged.stored, false);
    judged.refuse_if(stored.iter().any(|version| !kept.contains(version)), row)
}

/// Whether a key holds something else in two maps.
pub(super) fn differs(a: &Node, b: &Node, key: &str) -> bool {
    !same(a.get(key), b.get(key))
}
