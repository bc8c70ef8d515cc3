//! `few-replicas`: a workload of a production cluster runs in fewer than three pods.

use gitops_model::{Environment, FieldPath};

use crate::{Check, Draft, State, hpa_fights_replicas, workload};

rule!(
    "few-replicas",
    Note,
    Check::State(check),
    "runs in fewer than three pods in production",
    Pedantic
);

/// How many pods survive the loss of one node and one rollout at once.
const ENOUGH: i64 = 3;

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    if state.cluster.cluster.environment != Environment::Production {
        return;
    }
    let scaled: Vec<_> = state
        .of_kind("autoscaling", "HorizontalPodAutoscaler")
        .chain(state.of_kind("keda.sh", "ScaledObject"))
        .filter_map(|s| hpa_fights_replicas::target(s))
        .collect();
    for object in state.of_kind("apps", "Deployment").filter(|o| !scaled.contains(&o.key)) {
        let pods = workload::replicas(object);
        if (1..ENOUGH).contains(&pods) {
            let keys = ["spec", "replicas"];
            let message = format!(
                "`{}` runs in {} in production: one rollout or one node less leaves too little",
                object.key,
                crate::wording::count(usize::try_from(pods).unwrap_or_default(), "pod"),
            );
            let draft = Draft::new(message)
                .on(object)
                .field(FieldPath::keys(&keys))
                .help("run three or more, spread over nodes, with a disruption budget");
            out.push(object.at(&keys).into_iter().fold(draft, Draft::at));
        }
    }
}
