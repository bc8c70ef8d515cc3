//! `immutable-field`: the API server refuses the update of a field.

use gitops_admission::{Refusal, Update, Verdict, judge};
use gitops_model::{Apply, Change, Confidence, Controller, Resource, Severity, Unchecked, Unit};

use crate::{Check, Draft, Pair, between, difference, wording, write};

rule!(
    "immutable-field",
    Error,
    Check::Change(check),
    "changes a field that the API server does not let change"
);

fn check(pair: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let Some((new, unit, Verdict::Rejected(refusals))) = judged(pair, change) else { return };
    for refusal in refusals {
        out.push(draft(pair, change, new, unit, &refusal));
    }
}

/// The new object, the unit that writes it, and what the API server says; `None` where nothing is
/// updated.
fn judged<'a>(
    pair: &Pair<'a>,
    change: &'a Change,
) -> Option<(&'a Resource, Option<&'a Unit>, Verdict)> {
    let (old, new) = (change.old.as_ref()?, change.new.as_ref()?);
    let unit = change.new_unit.as_ref().and_then(|id| pair.after.cluster.unit(id));
    if write::is_left_alone(new) || write::is_hook(new, unit) {
        return None;
    }
    let update = Update {
        old,
        new,
        mode: unit.map_or(gitops_model::ApplyMode::ServerSide, |u| pair.mode_of(u)),
        version: pair.after.version,
        neighbours: pair.after.cluster,
    };
    Some((new, unit, judge(&update)))
}

/// The updates of a cluster of which it cannot be said whether the API server takes them.
#[must_use]
pub fn unjudged(pair: &Pair<'_>) -> Vec<Unchecked> {
    let unknown = |change| match judged(pair, change)? {
        (new, _, Verdict::Unknown(why)) => {
            let (what, span) = (new.key.to_string(), Some(new.body.span()));
            Some(Unchecked { changed: true, ..Unchecked::new(what, why, span) })
        }
        _ => None,
    };
    pair.changes.iter().filter_map(unknown).collect()
}

fn draft(
    pair: &Pair<'_>,
    change: &Change,
    new: &Resource,
    unit: Option<&Unit>,
    refusal: &Refusal,
) -> Draft {
    let apply = write::fate(new, unit);
    let outcome = match apply {
        Apply::Rejected => format!(
            "the API server refuses the update ({}){}",
            refusal.message,
            unit.map(|unit| between::refused(pair, unit, new)).unwrap_or_default()
        ),
        Apply::DataLoss => format!("it is deleted and created again: {}", losses(new)),
        Apply::Recreated | Apply::Accepted => format!(
            "it is deleted and created again: {}{}",
            interruption(new),
            between::recreated(unit)
        ),
    };
    let (before, after) = wording::values(refusal.before.as_ref(), refusal.after.as_ref());
    let message = format!(
        "`{}` of `{}` changes from {} to {}; {outcome}",
        refusal.path, new.key, before, after,
    );
    let draft = Draft::new(message)
        .on(new)
        .field(refusal.path.clone())
        .apply(apply)
        .severity(severity(apply, new))
        .confidence(confidence(new, refusal))
        .help(way_out(new, unit));
    let draft = match rests_on_class(pair, new, refusal) {
        true => draft.severity(Severity::Warning).confidence(Confidence::Possible),
        false => draft,
    };
    difference::blame(draft, change, &refusal.path)
}

/// Whether a claim grows whose class is not in the repository: what installs the driver makes it, and may let
/// claims grow.
fn rests_on_class(pair: &Pair<'_>, claim: &Resource, refusal: &Refusal) -> bool {
    let class = claim.at(&["spec", "storageClassName"]).and_then(gitops_yaml::Node::text);
    let mut known = pair.after.of_kind("storage.k8s.io", "StorageClass");
    refusal.source.contains("persistentvolume/resize")
        && !known.any(|known| class.is_none_or(|class| known.key.name == class))
}

/// What a recreation interrupts.
fn interruption(object: &Resource) -> &'static str {
    match &*object.gvk.kind {
        "Deployment" | "ReplicaSet" | "DaemonSet" => "all its pods stop before new ones start",
        "StatefulSet" => "all its pods stop before new ones start; its volumes stay",
        "Service" => "it is gone for a moment and gets another address",
        "Job" => "it runs again",
        "RoleBinding" | "ClusterRoleBinding" => "its subjects lose their permissions for a moment",
        _ => "it is gone for a moment",
    }
}

/// What a recreation destroys.
fn losses(object: &Resource) -> &'static str {
    match &*object.gvk.kind {
        "Namespace" => "everything in the namespace goes with it",
        "CustomResourceDefinition" => "every object of its kind goes with it, on all namespaces",
        "StatefulSet" => "its volumes go with it, as `whenDeleted: Delete` asks",
        _ => "the data on its volume goes with it unless the reclaim policy is `Retain`",
    }
}

fn severity(apply: Apply, object: &Resource) -> Severity {
    let outage =
        matches!(&*object.gvk.kind, "Deployment" | "StatefulSet" | "DaemonSet" | "Service");
    match apply {
        Apply::Rejected | Apply::DataLoss => Severity::Error,
        Apply::Recreated if outage => Severity::Error,
        Apply::Recreated | Apply::Accepted => Severity::Warning,
    }
}

/// A Job that cleans itself up may be gone by the time the update comes, and a manifest may name what
/// the server once chose.
fn confidence(object: &Resource, refusal: &Refusal) -> Confidence {
    let gone =
        object.gvk.is("batch", "Job") && object.at(&["spec", "ttlSecondsAfterFinished"]).is_some();
    if gone || !refusal.certain { Confidence::Possible } else { Confidence::Certain }
}

fn way_out(object: &Resource, unit: Option<&Unit>) -> String {
    let way = match &*object.gvk.kind {
        "Deployment" | "DaemonSet" | "ReplicaSet" => {
            "keep the old value, or add a second workload under a new name, move the Service over, \
             and remove the old one"
        }
        "StatefulSet" => {
            "keep the old value, or suspend reconciliation, delete the StatefulSet with \
             `--cascade=orphan`, and let it be created again around its pods"
        }
        "Job" => "give the Job a new name, for instance with a version in it",
        "PersistentVolumeClaim" | "PersistentVolume" => {
            "keep the old value; for another volume add a claim under a new name, copy the \
             data, and switch over"
        }
        "ConfigMap" | "Secret" => "give it a new name and point its users there",
        "RoleBinding" | "ClusterRoleBinding" => "give the binding a new name in the same change",
        "StorageClass" | "PriorityClass" | "IngressClass" | "GatewayClass" => {
            "add a class under a new name and move its users over"
        }
        "Service" => {
            "add a Service under a new name, switch its users over, and remove the old one"
        }
        "CustomResourceDefinition" => "keep the old value, or add a new kind and copy the objects",
        _ => "keep the old value, or create it under a new name",
    };
    let flux = unit.is_some_and(|u| u.controller == Controller::Flux);
    if flux && !write::holds_data(object) && object.gvk.kind != "StatefulSet" {
        format!(
            "{way}; where a gap is acceptable, annotate this object with \
             `kustomize.toolkit.fluxcd.io/force: enabled` for this one change"
        )
    } else {
        way.to_owned()
    }
}
