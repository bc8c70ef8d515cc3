//! Whose pods a change replaces, and whether anything serves meanwhile.

use gitops_model::{Action, Change, FieldChange, FieldPath, Resource};
use gitops_yaml::Node;

use crate::PodTemplate;

/// What a change does to the pods of a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restart {
    /// How its pods are replaced.
    pub replacement: Replacement,
    /// The fields that make it so; empty where the object is deleted and created again.
    pub because: Vec<FieldPath>,
    /// Whether anything serves meanwhile.
    pub outage: Outage,
}

/// How pods are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Replacement {
    /// Not before something else happens: the reason why.
    Held(&'static str),
    /// At the next run of a schedule.
    NextRun,
    /// Some at a time.
    Rolling,
    /// One after the other, the highest ordinal first.
    OneByOne,
    /// All go before the first new one comes.
    AllAtOnce,
}

/// Whether a workload serves while its pods are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outage {
    /// It does.
    None,
    /// It may not: the reason why.
    Possible(&'static str),
    /// It does not: the reason why.
    Certain(&'static str),
}

/// What a change of a workload does to its pods; `None` if they are left alone, or it has none.
#[must_use]
pub fn restart(change: &Change) -> Option<Restart> {
    let (Some(old), Some(new)) = (&change.old, &change.new) else { return None };
    let template = PodTemplate::of(new).or_else(|| PodTemplate::of(old))?;
    if change.action == Action::Recreated {
        let outage = Outage::Certain("it is deleted and created again");
        return Some(Restart { replacement: Replacement::AllAtOnce, because: Vec::new(), outage });
    }
    let because: Vec<FieldPath> = template_changes(change, &template).cloned().collect();
    let replacement = replacement(new)?;
    let outage = outage(new, &template, replacement);
    (!because.is_empty()).then_some(Restart { replacement, because, outage })
}

/// The fields of the pod template that change what they mean.
fn template_changes<'a>(
    change: &'a Change,
    template: &PodTemplate<'_>,
) -> impl Iterator<Item = &'a FieldPath> {
    let top = template.path.clone();
    let inside = move |f: &&FieldChange| {
        !f.same_meaning && (f.path.0.starts_with(&top.0) || top.0.starts_with(&f.path.0))
    };
    change.fields.iter().filter(inside).map(|f| &f.path)
}

fn replacement(object: &Resource) -> Option<Replacement> {
    let kind = (object.gvk.group.as_str(), object.gvk.kind.as_str());
    let text = |keys: &[&str]| object.at(keys).and_then(Node::text);
    let on_delete = text(&["spec", "updateStrategy", "type"]) == Some("OnDelete");
    let paused = object.at(&["spec", "paused"]).and_then(Node::as_bool) == Some(true);
    let held = Replacement::Held;
    Some(match kind {
        ("apps", "Deployment") | ("argoproj.io", "Rollout") if paused => held("it is paused"),
        ("apps", "Deployment") if text(&["spec", "strategy", "type"]) == Some("Recreate") => {
            Replacement::AllAtOnce
        }
        ("apps", "Deployment") | ("argoproj.io", "Rollout") => Replacement::Rolling,
        ("apps", "StatefulSet" | "DaemonSet") if on_delete => {
            held("its pods are replaced only when they are deleted")
        }
        ("apps", "StatefulSet") if partition(object) >= replicas(object) => {
            held("its partition spares every pod")
        }
        ("apps", "StatefulSet") => Replacement::OneByOne,
        ("apps", "DaemonSet") => Replacement::Rolling,
        ("apps", "ReplicaSet") | ("", "ReplicationController") => {
            held("it replaces no pods that run")
        }
        ("batch", "CronJob") | ("keda.sh", "ScaledJob") => Replacement::NextRun,
        ("serving.knative.dev", _) => Replacement::Rolling,
        // Jobs and bare pods cannot be changed in place.
        _ => return None,
    })
}

fn number(object: &Resource, keys: &[&str], default: i64) -> i64 {
    object.at(keys).and_then(Node::as_i64).unwrap_or(default)
}

fn partition(object: &Resource) -> i64 {
    number(object, &["spec", "updateStrategy", "rollingUpdate", "partition"], 0)
}

/// How many pods a workload asks for.
#[must_use]
pub fn replicas(object: &Resource) -> i64 {
    number(object, &["spec", "replicas"], 1)
}

fn outage(object: &Resource, template: &PodTemplate<'_>, replacement: Replacement) -> Outage {
    let one = replicas(object) == 1;
    let unready = template.containers().all(|c| c.get("readinessProbe").is_none());
    match replacement {
        Replacement::Held(_) | Replacement::NextRun => Outage::None,
        Replacement::AllAtOnce => Outage::Certain("all its pods stop before new ones start"),
        Replacement::OneByOne if one => {
            Outage::Certain("its only pod stops before a new one starts")
        }
        Replacement::Rolling if object.gvk.kind == "DaemonSet" => {
            Outage::Possible("each node is without it for a moment")
        }
        Replacement::Rolling if one && may_be_unavailable(object) => {
            Outage::Certain("its only pod may stop before a new one is ready")
        }
        Replacement::Rolling if one && takes_a_disk(template) => {
            Outage::Possible("the old and the new pod cannot both have the volume")
        }
        _ if unready => Outage::Possible("no readiness probe says when a new pod serves"),
        _ => Outage::None,
    }
}

/// Whether a rolling update may go below the replicas that are asked for, of which there is one. A
/// share of one pod is rounded down, so the default of 25% is none.
fn may_be_unavailable(object: &Resource) -> bool {
    let limit = object.at(&["spec", "strategy", "rollingUpdate", "maxUnavailable"]);
    limit.and_then(Node::text).is_some_and(|text| match text.strip_suffix('%') {
        Some(share) => share.parse() == Ok(100_i64),
        None => text.parse().is_ok_and(|pods: i64| pods >= 1),
    })
}

/// Whether the pods mount a claim or take a port of their node: two of them may not fit.
fn takes_a_disk(template: &PodTemplate<'_>) -> bool {
    let volumes = template.node.at(&["spec", "volumes"]).map(Node::items).unwrap_or_default();
    volumes.iter().any(|v| v.get("persistentVolumeClaim").is_some())
        || template.ports().any(|p| p.get("hostPort").is_some())
}
