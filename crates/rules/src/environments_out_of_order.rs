//! `environments-out-of-order`: a workload or quota is larger before production than in it.

use std::collections::BTreeMap;

use gitops_graph::PodTemplate;
use gitops_model::{Environment, FieldPath, Resource};
use gitops_schema::Quantity;
use gitops_yaml::Node;

use crate::{Check, Draft, Fleet, State, workload};

rule!(
    "environments-out-of-order",
    Note,
    Check::Objects(check),
    "asks for more in an environment than in the one after it",
    Pedantic
);

const ORDER: [Environment; 3] = [Environment::Dev, Environment::Staging, Environment::Production];

fn check(fleet: &Fleet<'_>, out: &mut Vec<Draft>) {
    let of = |environment: &Environment| {
        let states = fleet.states.iter().copied();
        let own = states.filter(|s| s.cluster.cluster.environment == *environment);
        own.collect::<Vec<&State<'_>>>()
    };
    for pair in ORDER.windows(2) {
        let [first, second] = pair else { continue };
        for (early, late) in
            of(first).into_iter().flat_map(|e| of(second).into_iter().map(move |l| (e, l)))
        {
            out.extend(larger(early, late));
        }
    }
}

/// What is larger on the earlier cluster.
fn larger(early: &State<'_>, late: &State<'_>) -> Vec<Draft> {
    let mut found = Vec::new();
    for (_, object) in early.objects() {
        let Some((_, other)) = late.object(&object.key) else { continue };
        let there = measures(other);
        for (what, here) in measures(object) {
            let size = |node: &Node| Quantity::parse(node.text()?);
            let beside = there.get(&what);
            // What is not said is one pod, and no bound of anything else.
            let one = Quantity::parse("1").filter(|_| what == "replicas");
            let after = beside.and_then(|node| size(node)).or(one);
            if size(here).zip(after).is_none_or(|(here, after)| here <= after) {
                continue;
            }
            let environment = |s: &State<'_>| s.cluster.cluster.environment.as_str().to_owned();
            let message = format!(
                "`{}` has `{what}: {}` in `{}` and `{}` in `{}`: what is tried before production \
                 is larger than production",
                object.key,
                here.text().unwrap_or_default(),
                environment(early),
                beside.and_then(|n| n.text()).unwrap_or("1"),
                environment(late),
            );
            found.push(
                Draft::new(message)
                    .on(object)
                    .field(FieldPath::keys(&[&what]))
                    .at(here)
                    .related(beside.map(|n| n.span()), "the later one")
                    .clusters([early.name(), late.name()])
                    .help("let the environments grow towards production"),
            );
        }
    }
    found
}

/// What an object asks for: pods, what its containers may and must have, what its namespace may.
fn measures(object: &Resource) -> BTreeMap<String, &Node> {
    let mut found = BTreeMap::new();
    if workload::runs_on(object) {
        found.extend(object.at(&["spec", "replicas"]).map(|n| ("replicas".to_owned(), n)));
    }
    if object.gvk.is("", "ResourceQuota") {
        let hard = object.at(&["spec", "hard"]).map_or(&[][..], Node::entries);
        found.extend(hard.iter().map(|e| (format!("hard.{}", e.key), &e.value)));
    }
    for container in PodTemplate::of(object).iter().flat_map(PodTemplate::containers) {
        let name = container.get("name").and_then(Node::text).unwrap_or_default();
        for bound in ["requests", "limits"] {
            let entries = container.at(&["resources", bound]).map_or(&[][..], Node::entries);
            let said = |e: &'_ gitops_yaml::Entry| format!("{name}.resources.{bound}.{}", e.key);
            found.extend(entries.iter().map(|e| (said(e), &e.value)));
        }
    }
    found
}
