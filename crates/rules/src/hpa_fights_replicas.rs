//! `hpa-fights-replicas`: a replica count in the repository fights an autoscaler.

use gitops_model::{FieldPath, ObjectKey, Resource};
use gitops_yaml::Node;

use crate::{Check, Draft, State};

rule!(
    "hpa-fights-replicas",
    Warning,
    Check::State(check),
    "sets a number of replicas that an autoscaler also sets"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    let scalers = state.of_kind("autoscaling", "HorizontalPodAutoscaler");
    for scaler in scalers.chain(state.of_kind("keda.sh", "ScaledObject")) {
        let Some((unit, target)) = target(scaler).and_then(|key| state.object(&key)) else {
            continue;
        };
        let Some(replicas) = target.at(&["spec", "replicas"]).filter(|r| !r.is_null()) else {
            continue;
        };
        if ignores_replicas(unit.object.as_deref()) {
            continue;
        }
        let message = format!(
            "`{}` has `replicas: {}`, and `{}` scales it: every reconciliation sets the \
             number back",
            target.key,
            replicas.text().unwrap_or_default(),
            scaler.key,
        );
        out.push(
            Draft::new(message)
                .on(target)
                .field(FieldPath::keys(&["spec", "replicas"]))
                .at(replicas)
                .related(scaler.at(&["spec", "scaleTargetRef"]).map(Node::span), "scaled here")
                .help(
                    "take `replicas` out once the autoscaler has set it, as a removed field \
                 falls back to 1 where nobody else owns it",
                ),
        );
    }
}

pub(crate) fn target(scaler: &Resource) -> Option<ObjectKey> {
    let reference = scaler.at(&["spec", "scaleTargetRef"])?;
    let text = |key: &str| reference.get(key).and_then(Node::text);
    let group = text("apiVersion").unwrap_or("apps/v1").split_once('/').map_or("", |(g, _)| g);
    let kind = text("kind").unwrap_or("Deployment");
    Some(ObjectKey::new(group, kind, &scaler.key.namespace, text("name")?))
}

/// Whether the owner is told to leave the number alone.
fn ignores_replicas(owner: Option<&Resource>) -> bool {
    let lists = [["spec", "ignoreDifferences"], ["spec", "ignore"]];
    let mut found = false;
    for list in lists.iter().filter_map(|keys| owner?.at(keys)) {
        list.walk(&mut |node| found |= node.text().is_some_and(|t| t.contains("replicas")));
    }
    found
}
