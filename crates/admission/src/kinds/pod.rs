//! Pods: what admission plugins fill in.

use gitops_yaml::{Entry, Node, Scalar};

use crate::edit;

const SPEC: &[&str] = &["spec"];
const NODE_TAINTS: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/// The priority of a pod without a class (plugin/pkg/admission/priority/admission.go `admitPod`).
pub(super) fn prioritise(pod: &mut Node) {
    if pod.at(&["spec", "priorityClassName"]).is_some() {
        return;
    }
    edit::set_absent(pod, SPEC, "preemptionPolicy", "PreemptLowerPriority");
    if let Some(spec) = pod.get_mut("spec")
        && spec.get("priority").is_none()
    {
        let none = Node::scalar(Scalar::plain("0"), spec.origin.clone());
        spec.set(Entry::new("priority", spec.span(), none));
    }
}

/// On an update the priority is kept where the manifest is silent.
pub(super) fn keep_priority(pod: &mut Node, live: &Node) {
    for key in ["priority", "preemptionPolicy"] {
        if pod.at(&["spec", key]).is_none() {
            edit::copy(pod, live, SPEC, key);
        }
    }
}

/// The tolerations of every pod, on create and on update
/// (plugin/pkg/admission/defaulttolerationseconds/admission.go `Admit`).
pub(super) fn tolerate(pod: &mut Node) {
    for taint in NODE_TAINTS {
        let tolerations = pod.at(&["spec", "tolerations"]).map(Node::items).unwrap_or_default();
        let tolerated = tolerations.iter().any(|toleration| {
            ["", taint].contains(&edit::text(toleration, &["key"]))
                && ["", "NoExecute"].contains(&edit::text(toleration, &["effect"]))
        });
        if !tolerated {
            add_toleration(pod, taint);
        }
    }
}

fn add_toleration(pod: &mut Node, taint: &str) {
    let Some(spec) = pod.get_mut("spec") else { return };
    let (origin, span) = (spec.origin.clone(), spec.span());
    let text = |key: &str, text: &str| Entry::new(key, span, Node::string(text, origin.clone()));
    let seconds = Node::scalar(Scalar::plain("300"), origin.clone());
    let toleration = vec![
        text("key", taint),
        text("operator", "Exists"),
        text("effect", "NoExecute"),
        Entry::new("tolerationSeconds", span, seconds),
    ];
    let mut items = spec.get("tolerations").map(Node::items).unwrap_or_default().to_vec();
    items.push(Node::map(toleration, origin.clone()));
    spec.set(Entry::new("tolerations", span, Node::seq(items, origin)));
}
