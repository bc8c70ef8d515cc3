//! Pods (pkg/apis/core/validation/validation.go `ValidatePodUpdate`).

use gitops_schema::Immutable;
use gitops_yaml::Node;

use super::general::differs;
use crate::edit::same;
use crate::judged::Judged;
use crate::{Refusal, edit};

const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
const MIRROR: &str = "kubernetes.io/config.mirror";
const GATES: &[&str] = &["spec", "schedulingGates"];
const TERMS: &[&str] = &[
    "spec",
    "affinity",
    "nodeAffinity",
    "requiredDuringSchedulingIgnoredDuringExecution",
    "nodeSelectorTerms",
];

fn items<'n>(node: &'n Node, keys: &[&str]) -> &'n [Node] {
    node.at(keys).map(Node::items).unwrap_or_default()
}

fn is_gated(judged: &Judged<'_>) -> bool {
    !items(&judged.live, GATES).is_empty()
}

/// Something changes that no other condition of pods looks after.
pub(super) fn spec(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let (live, mut stored) = (&judged.live, judged.stored.clone());
    for containers in ["containers", "initContainers"] {
        let old = items(live, &["spec", containers]);
        if let Some(new) = stored.at_mut(&["spec", containers]).and_then(Node::as_seq_mut) {
            new.iter_mut().zip(old).for_each(|(new, old)| edit::copy(new, old, &[], "image"));
        }
    }
    for key in ["activeDeadlineSeconds", "schedulingGates", "tolerations"] {
        edit::copy(&mut stored, live, &["spec"], key);
    }
    let grace =
        |node: &Node| node.at(&["spec", "terminationGracePeriodSeconds"]).and_then(Node::as_i64);
    if grace(live).is_some_and(|seconds| seconds < 0) && grace(&stored) == Some(1) {
        edit::copy(&mut stored, live, &["spec"], "terminationGracePeriodSeconds");
    }
    if is_gated(judged) {
        edit::copy(&mut stored, live, &["spec"], "nodeSelector");
        free_node_affinity(&mut stored, live);
    }
    let (Some(old), Some(new)) = (live.get("spec"), stored.get("spec")) else { return Vec::new() };
    let keys = old.entries().iter().chain(new.entries()).map(|e| e.key.as_str());
    let changed = keys.filter(|key| differs(old, new, key)).min();
    changed.map(|key| judged.refuse(row, &["spec", key])).into_iter().collect()
}

/// Takes the node affinity over from the live pod.
fn free_node_affinity(stored: &mut Node, live: &Node) {
    let affinity: &[&str] = &["spec", "affinity"];
    let old = live.at(affinity).and_then(|affinity| affinity.get("nodeAffinity"));
    if old.is_some() {
        edit::ensure_map(stored, &["spec"], "affinity");
    }
    edit::put(stored, affinity, "nodeAffinity", old.cloned());
    if live.at(affinity).is_none() && stored.at(affinity).is_some_and(|a| a.entries().is_empty()) {
        edit::put(stored, &["spec"], "affinity", None);
    }
}

/// The deadline is raised or removed.
pub(super) fn deadline(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let seconds = |node: &Node| node.at(&row.keys()).and_then(Node::as_i64);
    let refused = match (seconds(&judged.live), seconds(&judged.stored)) {
        (Some(old), Some(new)) => new > old,
        (old, None) => old.is_some(),
        (None, Some(_)) => false,
    };
    judged.refuse_if(refused, row)
}

/// A toleration goes, or changes in more than its seconds. The server adds two of its own to pods,
/// which are no part of the manifest.
pub(super) fn tolerations(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let without_seconds = |toleration: &Node| {
        let mut toleration = toleration.clone();
        toleration.remove("tolerationSeconds");
        toleration
    };
    let new: Vec<Node> = items(&judged.stored, &row.keys()).iter().map(without_seconds).collect();
    let mut old = items(&judged.live, &row.keys()).iter().map(without_seconds);
    judged.refuse_if(old.any(|old| !new.iter().any(|new| new.same(&old))), row)
}

/// A gate is added.
pub(super) fn scheduling_gates(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let names = |node| -> Vec<&str> {
        items(node, GATES).iter().map(|gate| edit::text(gate, &["name"])).collect()
    };
    let old = names(&judged.live);
    let added = names(&judged.stored).into_iter().any(|gate| !old.contains(&gate));
    judged.refuse_if(added, row)
}

/// A key of a gated pod's node selector goes or changes.
pub(super) fn node_selector(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let keys = row.keys();
    let old = judged.live.at(&keys).map(Node::entries).unwrap_or_default();
    let new = judged.stored.at(&keys);
    let lost = old.iter().any(|e| !same(Some(&e.value), new.and_then(|new| new.get(&e.key))));
    judged.refuse_if(is_gated(judged) && lost, row)
}

/// A gated pod's required node affinity becomes wider.
pub(super) fn node_affinity(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let (old, new) = (items(&judged.live, TERMS), items(&judged.stored, TERMS));
    let widened = !old.is_empty()
        && (old.len() != new.len() || old.iter().zip(new).any(|(old, new)| !only_adds(old, new)));
    judged.refuse_if(is_gated(judged) && widened, row)
}

/// `validateNodeSelectorTermHasOnlyAdditions`.
fn only_adds(old: &Node, new: &Node) -> bool {
    let lists = ["matchExpressions", "matchFields"];
    let empty = |term| lists.iter().all(|list| items(term, &[list]).is_empty());
    if empty(old) && !empty(new) {
        return false;
    }
    lists.iter().all(|list| {
        let (old, new) = (items(old, &[list]), items(new, &[list]));
        new.len() >= old.len() && old.iter().zip(new).all(|(old, new)| old.same(new))
    })
}

/// An annotation of AppArmor or of a mirror pod is added, removed or changed.
pub(super) fn annotations(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let keys = row.keys();
    let (old, new) = (judged.live.at(&keys), judged.stored.at(&keys));
    let names = [old, new].into_iter().flatten().flat_map(Node::entries).map(|e| e.key.as_str());
    let guarded = names.filter(|name| name.starts_with(APP_ARMOR) || *name == MIRROR);
    let value = |side: Option<&Node>, name: &str| side.and_then(|node| node.get(name)).cloned();
    let changed =
        guarded.filter(|name| !same(value(old, name).as_ref(), value(new, name).as_ref()));
    changed
        .min()
        .map(|name| judged.refuse(row, &[keys.as_slice(), &[name]].concat()))
        .into_iter()
        .collect()
}
