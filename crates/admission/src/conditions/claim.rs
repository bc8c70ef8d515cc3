//! Persistent volume claims (pkg/apis/core/validation/validation.go
//! `ValidatePersistentVolumeClaimUpdate`).

use std::cmp::Ordering;

use gitops_schema::{Immutable, Quantity};
use gitops_yaml::Node;

use crate::judged::Judged;
use crate::kinds::{class_of, is_bound};
use crate::{Refusal, edit};

const BETA_CLASS: &[&str] = &["metadata", "annotations", "volume.beta.kubernetes.io/storage-class"];
const CLASS: &[&str] = &["spec", "storageClassName"];
const SIZE: &[&str] = &["spec", "resources", "requests", "storage"];

/// Something changes in the spec of a claim; bound ones may be resized and given another class of
/// attributes.
pub(super) fn spec(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let (mut live, mut stored) = (judged.live.clone(), judged.stored.clone());
    if live.at(&["spec", "volumeName"]).is_none() {
        edit::copy(&mut live, &judged.stored, &["spec"], "volumeName");
    }
    if class_moves_from_annotation(judged) {
        edit::put(&mut stored, &["spec"], "storageClassName", None);
    } else if class_is_first_set(judged) {
        edit::copy(&mut stored, &judged.live, &["spec"], "storageClassName");
    }
    if is_bound(judged.update.old) {
        if stored.at(&SIZE[..3]).is_some() {
            edit::copy(&mut stored, &judged.live, &SIZE[..3], SIZE[3]);
        }
        edit::copy(&mut stored, &judged.live, &["spec"], "volumeAttributesClassName");
    }
    let (old, new) = (live.get("spec"), stored.get("spec"));
    let keys = [old, new].into_iter().flatten().flat_map(Node::entries).map(|e| e.key.as_str());
    let changed = keys.filter(|key| {
        let value = |spec: Option<&Node>| spec.and_then(|spec| spec.get(key)).cloned();
        !edit::same(value(old).as_ref(), value(new).as_ref())
    });
    changed.min().map(|key| judged.refuse(row, &["spec", key])).into_iter().collect()
}

/// `validateStorageClassUpgradeFromAnnotation`.
fn class_moves_from_annotation(judged: &Judged<'_>) -> bool {
    let (annotated, still) = (judged.live.at(BETA_CLASS), judged.stored.at(BETA_CLASS));
    let named = judged.stored.at(CLASS).and_then(Node::text);
    let Some(class) = annotated.and_then(Node::text) else { return false };
    judged.live.at(CLASS).is_none()
        && named == Some(class)
        && still.is_none_or(|still| still.text() == Some(class))
}

/// `validateStorageClassUpgradeFromNil`.
fn class_is_first_set(judged: &Judged<'_>) -> bool {
    let annotated = judged.live.at(BETA_CLASS).and_then(Node::text);
    let named = judged.stored.at(CLASS).and_then(Node::text);
    judged.live.at(CLASS).is_none()
        && named.is_some()
        && annotated.is_none_or(|class| Some(class) == named)
}

/// The annotation that once named the class changes.
pub(super) fn class_annotation(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let changed = !judged.is_same(BETA_CLASS) && !class_moves_from_annotation(judged);
    if changed { vec![judged.refuse(row, BETA_CLASS)] } else { Vec::new() }
}

/// How the new size compares with the old one; one that is no quantity is invalid in itself.
fn resize(judged: &Judged<'_>) -> Ordering {
    let size = |node: &Node| size(node.at(SIZE));
    match (size(&judged.live), size(&judged.stored)) {
        (Some(old), Some(new)) => new.cmp(&old),
        _ => Ordering::Equal,
    }
}

/// A quantity, decoded or not.
fn size(node: Option<&Node>) -> Option<Quantity> {
    Quantity::parse(node?.text()?)
}

/// The size goes down to what the volume has, or below; before 1.32, the size goes down at all.
pub(super) fn shrink(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let capacity = match judged.status(&["capacity", "storage"]) {
        Some(capacity) => size(Some(capacity)),
        None if is_bound(judged.update.old) => size(judged.live.at(SIZE)),
        None => None,
    };
    let fits = match (size(judged.stored.at(SIZE)), capacity) {
        (Some(new), Some(capacity)) => new > capacity,
        _ => true,
    };
    judged.refuse_if(resize(judged) == Ordering::Less && !(fits && judged.since(32)), row)
}

/// The size goes up, and the claim is not bound or its class does not allow for it.
pub(super) fn growth(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let may_grow = is_bound(judged.update.old) && is_expandable(judged);
    judged.refuse_if(resize(judged) == Ordering::Greater && !may_grow, row)
}

fn is_expandable(judged: &Judged<'_>) -> bool {
    let class = class_of(&judged.stored);
    let classes = judged.update.neighbours.of_kind("storage.k8s.io", "StorageClass");
    class == class_of(&judged.live)
        && classes
            .iter()
            .filter(|object| object.key.name == class)
            .any(|object| edit::is_true(&object.body, &["allowVolumeExpansion"]))
}

/// The class of attributes goes although it was applied.
pub(super) fn attributes_class(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let applied = judged.status(&["currentVolumeAttributesClassName"]).is_some();
    let gone = edit::text(&judged.stored, &row.keys()).is_empty();
    judged.refuse_if(applied && gone && !judged.is_same(&row.keys()), row)
}
