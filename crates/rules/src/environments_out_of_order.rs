//! `environments-out-of-order`: a workload is larger before production than in it.

use gitops_model::{Environment, FieldPath};

use crate::{Check, Draft, Fleet, State, workload};

rule!(
    "environments-out-of-order",
    Note,
    Check::Fleet(check),
    "runs more pods in an environment than in the one after it",
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

/// The workloads that run more pods on the earlier cluster.
fn larger(early: &State<'_>, late: &State<'_>) -> Vec<Draft> {
    let workloads = early.objects().map(|(_, o)| o).filter(|o| workload::runs_on(o));
    let found = workloads.filter_map(|object| {
        let (_, other) = late.object(&object.key)?;
        let replicas = object.at(&["spec", "replicas"])?;
        let (here, there) = (workload::replicas(object), workload::replicas(other));
        (here > there).then(|| {
            let message = format!(
                "`{}` runs {here} pods in `{}` and {there} in `{}`: what is tried before \
                 production is larger than production",
                object.key,
                early.cluster.cluster.environment.as_str(),
                late.cluster.cluster.environment.as_str(),
            );
            Draft::new(message)
                .on(object)
                .field(FieldPath::keys(&["spec", "replicas"]))
                .at(replicas)
                .related(other.at(&["spec", "replicas"]).map(|n| n.span()), "the later one")
                .clusters([early.name(), late.name()])
                .help("let the environments grow towards production")
        })
    });
    found.collect()
}
