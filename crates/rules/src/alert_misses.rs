//! `alert-misses`: there are Alerts, and some of what is delivered is in none of them.

use gitops_model::{Confidence, ObjectKey, Resource};
use gitops_yaml::Node;

use crate::{Check, Draft, State, wording};

rule!(
    "alert-misses",
    Note,
    Check::State(check),
    "fails without a word, as no Alert of the cluster reaches it"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    // A folder rendered alone cannot tell which Alerts stand beside it on a cluster.
    if !state.cluster.cluster.reached {
        return;
    }
    let alerts: Vec<_> = state.of_kind("notification.toolkit.fluxcd.io", "Alert").collect();
    let Some(alert) = alerts.first() else { return };
    let kinds = [
        ("kustomize.toolkit.fluxcd.io", "Kustomization"),
        ("helm.toolkit.fluxcd.io", "HelmRelease"),
    ];
    for (group, kind) in kinds {
        let reached = |key: &ObjectKey| {
            alerts.iter().any(|alert| sources(alert).any(|s| watches(alert, s, key)))
        };
        let missed: Vec<_> =
            state.of_kind(group, kind).map(|o| &o.key).filter(|key| !reached(key)).collect();
        if missed.is_empty() {
            continue;
        }
        let all = missed.len() == state.of_kind(group, kind).count();
        let message = format!(
            "no Alert reaches {}: nobody is told when {} fails",
            if all { format!("any {kind}") } else { wording::list(&missed) },
            if missed.len() == 1 { "it" } else { "one of them" },
        );
        let list = alert.at(&["spec", "eventSources"]);
        let draft = Draft::new(message).on(alert).confidence(Confidence::Likely).help(format!(
            "add `kind: {kind}`, `name: '*'` with each `namespace`: without one, `*` means the \
             Alert's own"
        ));
        out.push(list.into_iter().fold(draft, |d, list| d.at_span(list.span())));
    }
}

fn sources(alert: &Resource) -> impl Iterator<Item = &Node> {
    alert.at(&["spec", "eventSources"]).map_or(&[][..], Node::items).iter()
}

/// Whether an entry of an Alert means the object. Labels are not asked for: they narrow a wild card.
fn watches(alert: &Resource, source: &Node, key: &ObjectKey) -> bool {
    let text = |name| source.get(name).and_then(Node::text);
    text("kind") == Some(&*key.kind)
        && text("name").is_some_and(|name| name == "*" || name == key.name)
        && text("namespace").unwrap_or(&alert.key.namespace) == key.namespace
}
