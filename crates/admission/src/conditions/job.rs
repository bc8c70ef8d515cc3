//! Jobs (pkg/apis/batch/validation/validation.go `ValidateJobSpecUpdate`).

use gitops_schema::Immutable;
use gitops_yaml::Node;

use crate::judged::Judged;
use crate::kinds::{NAME_LABELS, UID_LABELS};
use crate::{Refusal, edit};

const TEMPLATE: &[&str] = &["spec", "template"];
const LABELS: &[&str] = &["spec", "template", "metadata", "labels"];

/// The template changes; that of a suspended Job in more than where its pods run and, from 1.36, what
/// resources they ask for.
pub(super) fn template(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let (Some(live), Some(stored)) = (judged.live.at(TEMPLATE), judged.stored.at(TEMPLATE)) else {
        return judged.refuse_if(!judged.is_same(TEMPLATE), row);
    };
    let mut live = live.clone();
    if may_be_scheduled_anew(judged) {
        free_directives(&mut live, stored);
    }
    let refused = if may_be_given_resources(judged) {
        free_resources(&mut live, stored);
        !edit::same(live.get("spec"), stored.get("spec"))
    } else {
        !live.same(stored)
    };
    judged.refuse_if(refused, row)
}

fn is_suspended(judged: &Judged<'_>) -> bool {
    edit::is_true(&judged.live, &["spec", "suspend"])
}

/// Whether no pod of the suspended Job is left. Without a status it has never started.
fn is_at_rest(judged: &Judged<'_>) -> bool {
    if judged.update.old.at(&["status"]).is_none() {
        return true;
    }
    let active = judged.status(&["active"]).and_then(Node::as_i64).unwrap_or(0);
    let conditions = judged.status(&["conditions"]).map(Node::items).unwrap_or_default();
    active == 0
        && conditions.iter().any(|condition| {
            edit::text(condition, &["type"]) == "Suspended"
                && edit::text(condition, &["status"]).eq_ignore_ascii_case("true")
        })
}

/// `AllowMutableSchedulingDirectives` of pkg/registry/batch/job/strategy.go.
fn may_be_scheduled_anew(judged: &Judged<'_>) -> bool {
    let ready =
        if judged.since(36) { is_at_rest(judged) } else { judged.status(&["startTime"]).is_none() };
    is_suspended(judged) && ready
}

/// `AllowMutablePodResources` of pkg/registry/batch/job/strategy.go.
fn may_be_given_resources(judged: &Judged<'_>) -> bool {
    judged.since(36) && is_suspended(judged) && is_at_rest(judged)
}

/// Takes over from the new template what says where pods run.
fn free_directives(live: &mut Node, stored: &Node) {
    for key in ["nodeSelector", "tolerations", "schedulingGates"] {
        edit::copy(live, stored, &["spec"], key);
    }
    if stored.get("metadata").is_some() {
        edit::ensure_map(live, &[], "metadata");
    }
    for key in ["labels", "annotations"] {
        edit::copy(live, stored, &["metadata"], key);
    }
    let pods = ["podAffinity", "podAntiAffinity"];
    let holds_pods =
        |node: &Node| pods.iter().any(|key| node.at(&["spec", "affinity", key]).is_some());
    match (live.at(&["spec", "affinity"]).is_some(), stored.at(&["spec", "affinity"]).is_some()) {
        (true, false) if holds_pods(live) => {
            edit::put(live, &["spec", "affinity"], "nodeAffinity", None)
        }
        (true, false) => edit::put(live, &["spec"], "affinity", None),
        (_, true) => {
            edit::ensure_map(live, &["spec"], "affinity");
            edit::copy(live, stored, &["spec", "affinity"], "nodeAffinity");
        }
        (false, false) => {}
    }
    if live.get("metadata").is_some_and(|m| m.entries().is_empty()) {
        live.remove("metadata");
    }
}

/// Takes over from the new template what each container asks for.
fn free_resources(live: &mut Node, stored: &Node) {
    for containers in ["containers", "initContainers"] {
        let new = stored.at(&["spec", containers]).map(Node::items).unwrap_or_default();
        let Some(old) = live.at_mut(&["spec", containers]).and_then(Node::as_seq_mut) else {
            continue;
        };
        if old.len() != new.len() {
            continue;
        }
        for (old, new) in old.iter_mut().zip(new) {
            if edit::text(old, &["name"]) == edit::text(new, &["name"]) {
                edit::copy(old, new, &[], "resources");
            }
        }
    }
}

/// Labels may change, but not those that the server gave the template so that the Job finds its pods.
pub(super) fn generated_labels(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let lost = UID_LABELS.iter().chain(&NAME_LABELS).any(|label| {
        let at = [LABELS, &[label]].concat();
        judged.live.at(&at).is_some() && judged.stored.at(&at).is_none()
    });
    let manual = edit::is_true(&judged.stored, &["spec", "manualSelector"]);
    judged.refuse_if(may_be_scheduled_anew(judged) && lost && !manual, row)
}

/// The number of completions changes; that of an indexed Job otherwise than together with its
/// parallelism.
pub(super) fn completions(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    if judged.is_same(&row.keys()) {
        return Vec::new();
    }
    let indexed = edit::text(&judged.stored, &["spec", "completionMode"]) == "Indexed";
    let completions = edit::text(&judged.stored, &row.keys());
    let tandem = completions == edit::text(&judged.stored, &["spec", "parallelism"]);
    let mut refused = judged.refuse_if(!indexed || !tandem, row);
    for refusal in refused.iter_mut().filter(|_| indexed) {
        refusal.message = if completions.is_empty() {
            "when completion mode is Indexed".into()
        } else {
            "can only be modified in tandem with spec.parallelism".into()
        };
    }
    refused
}
