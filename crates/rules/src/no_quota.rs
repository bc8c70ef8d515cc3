//! `no-quota`: nothing bounds what a namespace takes.

use std::collections::BTreeMap;

use gitops_model::{Environment, Resource};

use crate::{Check, Draft, State, workload};

rule!(
    "no-quota",
    Note,
    Check::State(check),
    "is a namespace of production whose pods no quota bounds",
    Pedantic
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    if state.cluster.cluster.environment != Environment::Production {
        return;
    }
    let mut namespaces: BTreeMap<&str, &Resource> = BTreeMap::new();
    for (_, object) in state.objects().filter(|(_, o)| workload::runs_on(o)) {
        namespaces.entry(&object.key.namespace).or_insert(object);
    }
    for quota in state.of_kind("", "ResourceQuota") {
        namespaces.remove(&*quota.key.namespace);
    }
    for (name, first) in namespaces.into_iter().filter(|(name, _)| !name.is_empty()) {
        let key = gitops_model::ObjectKey::new("", "Namespace", "", name);
        let object = state.object(&key).map_or(first, |(_, namespace)| namespace);
        let message = format!(
            "no ResourceQuota bounds the namespace `{name}`: one workload in it can take what \
             the others need"
        );
        out.push(
            Draft::new(message).on(object).help(
                "add a ResourceQuota for requests and limits, and a LimitRange with defaults",
            ),
        );
    }
}
