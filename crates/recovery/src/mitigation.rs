//! What stands against a finding already, before the change.

use std::collections::{BTreeMap, BTreeSet};

use gitops_graph::Relation;
use gitops_model::{Apply, Finding, ObjectKey};
use gitops_rules::{Pair, State};
use gitops_yaml::{Node, SmolStr};

/// The mitigations that hold on every cluster of a finding, by the finding's fingerprint: ids of
/// `mitigations` in `schemas/tables/risk.yaml`.
#[must_use]
pub fn mitigations(pairs: &[Pair<'_>], findings: &[Finding]) -> BTreeMap<String, Vec<SmolStr>> {
    let mut all = BTreeMap::new();
    for finding in findings {
        let Some((_, key)) = &finding.object else { continue };
        let here = pairs
            .iter()
            .filter(|p| p.effect == finding.effect && finding.clusters.contains(p.after.name()));
        let held = here.map(|pair| on_cluster(pair, key, finding.apply));
        let common = held.reduce(|a, b| a.intersection(&b).copied().collect());
        let ids: Vec<SmolStr> = common.into_iter().flatten().map(SmolStr::new).collect();
        if !ids.is_empty() {
            all.insert(finding.fingerprint.clone(), ids);
        }
    }
    all
}

fn on_cluster(pair: &Pair<'_>, key: &ObjectKey, apply: Option<Apply>) -> BTreeSet<&'static str> {
    let Some(before) = &pair.before else { return BTreeSet::new() };
    // Replicas stand against pods that go one by one, not against a refusal or a recreation.
    let held = [
        ("suspended", is_suspended(before, key) && is_suspended(&pair.after, key)),
        ("retain", apply == Some(Apply::DataLoss) && is_retained(before, key)),
        ("redundant", apply.is_none() && is_redundant(before, key)),
    ];
    held.into_iter().filter(|(_, holds)| *holds).map(|(id, _)| id).collect()
}

/// Whether what applies the object is switched off.
fn is_suspended(state: &State<'_>, key: &ObjectKey) -> bool {
    state.object(key).is_some_and(|(unit, _)| unit.suspended)
}

/// Whether the volume of a claim stays when the claim goes, as its class or the volume itself says.
fn is_retained(before: &State<'_>, key: &ObjectKey) -> bool {
    let Some((_, claim)) = before.object(key).filter(|_| key.kind == "PersistentVolumeClaim")
    else {
        return false;
    };
    let text = |field| claim.at(&["spec", field]).and_then(Node::text);
    let named = |kind: &str, group: &str, name: Option<&str>, policy: &[&str]| {
        let key = ObjectKey::new(group, kind, "", name?);
        let (_, object) = before.object(&key)?;
        Some(object.at(policy).and_then(Node::text) == Some("Retain"))
    };
    let class =
        named("StorageClass", "storage.k8s.io", text("storageClassName"), &["reclaimPolicy"]);
    let volume = named(
        "PersistentVolume",
        "",
        text("volumeName"),
        &["spec", "persistentVolumeReclaimPolicy"],
    );
    volume.or(class).unwrap_or(false)
}

/// Whether three replicas and a disruption budget stand behind a workload.
fn is_redundant(before: &State<'_>, key: &ObjectKey) -> bool {
    let Some((_, object)) = before.object(key) else { return false };
    let replicas = object.at(&["spec", "replicas"]).and_then(Node::as_i64).unwrap_or(1);
    let graph = before.graph();
    replicas >= 3
        && graph.edges_to(key).iter().any(|link| {
            link.edge.relation == Relation::Selects && link.from.key.kind == "PodDisruptionBudget"
        })
}
