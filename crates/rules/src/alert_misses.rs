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
    let reached =
        |key: &ObjectKey| alerts.iter().any(|alert| sources(alert).any(|s| watches(alert, s, key)));
    let mut missed = Vec::new();
    let mut missing = Vec::new();
    for (group, kind) in kinds {
        let keys = || state.of_kind(group, kind).map(|o| &o.key);
        let of_kind: Vec<_> = keys().filter(|key| !reached(key)).collect();
        match of_kind.len() {
            0 => continue,
            all if all == keys().count() => missed.push(format!("any {kind}")),
            _ => missed.push(wording::list(of_kind)),
        }
        missing.push(kind);
    }
    if missed.is_empty() {
        return;
    }
    let message =
        format!("no Alert reaches {}: nobody is told of a failure", missed.join(", nor "));
    let list = alert.at(&["spec", "eventSources"]);
    let draft = Draft::new(message).on(alert).confidence(Confidence::Likely).help(format!(
        "add {} with `name: '*'` and each `namespace`: without one, `*` means the Alert's own",
        wording::list(missing.iter().map(|kind| format!("kind: {kind}"))),
    ));
    out.push(list.into_iter().fold(draft, |d, list| d.at_span(list.span())));
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
