//! `pdb-blocks`: a disruption budget lets no pod be evicted.

use std::sync::Arc;

use gitops_model::{FieldPath, Resource};
use gitops_yaml::Node;

use crate::{Check, Draft, State, hpa_fights_replicas, workload};

rule!(
    "pdb-blocks",
    Warning,
    Check::State(check),
    "is a disruption budget that lets no pod go, so nodes cannot be drained"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for budget in state.of_kind("policy", "PodDisruptionBudget") {
        let selected = selected(state, budget);
        let pods: i64 = selected.iter().map(|o| pods(state, o)).sum();
        if selected.is_empty() || pods == 0 {
            continue;
        }
        let Some((key, limit)) = limit(budget) else { continue };
        let text = limit.text().unwrap_or_default();
        let blocks = match (key, text.strip_suffix('%')) {
            ("minAvailable", Some(percent)) => percent == "100",
            ("minAvailable", None) => text.parse().is_ok_and(|least: i64| least >= pods),
            (_, percent) => percent.unwrap_or(text) == "0",
        };
        if blocks {
            let message = format!(
                "`{}` has `{key}: {text}` over {}: no pod may be evicted, so draining a node hangs",
                budget.key,
                crate::wording::count(usize::try_from(pods).unwrap_or_default(), "pod"),
            );
            let mut draft =
                Draft::new(message).on(budget).field(FieldPath::keys(&["spec", key])).at(limit);
            for workload in &selected {
                let replicas = workload.at(&["spec", "replicas"]);
                draft = draft.related(replicas.map(Node::span), format!("`{}`", workload.key));
            }
            out.push(draft.help("allow one pod to go (`maxUnavailable: 1`), or run more replicas"));
        }
    }
}

fn limit(budget: &Resource) -> Option<(&'static str, &Node)> {
    let of = |key: &'static str| budget.at(&["spec", key]).map(|node| (key, node));
    of("minAvailable").or_else(|| of("maxUnavailable"))
}

/// The workloads whose pods it guards; a DaemonSet has no number of pods.
fn selected<'a>(state: &State<'a>, budget: &Resource) -> Vec<&'a Arc<Resource>> {
    let selections = state.graph().selections().iter().filter(|s| s.from == budget.key);
    let objects = selections.flat_map(|s| &s.matched).filter_map(|key| state.object(key));
    objects.map(|(_, o)| o).filter(|o| workload::runs_on(o) && o.gvk.kind != "DaemonSet").collect()
}

/// The fewest pods that run: what an autoscaler guarantees, else the number asked for.
fn pods(state: &State<'_>, object: &Resource) -> i64 {
    let scaler = state
        .of_kind("autoscaling", "HorizontalPodAutoscaler")
        .find(|h| hpa_fights_replicas::target(h).is_some_and(|key| key == object.key));
    match scaler {
        Some(h) => h.at(&["spec", "minReplicas"]).and_then(Node::as_i64).unwrap_or(1),
        None => workload::replicas(object),
    }
}
