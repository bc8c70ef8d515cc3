//! `missing-from-environment`: production runs what no environment before it runs.

use std::collections::BTreeSet;

use gitops_model::{Environment, ObjectKey, Resource};

use crate::{Check, Draft, Fleet, State, wording, workload};

rule!(
    "missing-from-environment",
    Note,
    Check::Objects(check),
    "runs in production, and in no environment before it",
    Pedantic
);

fn check(fleet: &Fleet<'_>, out: &mut Vec<Draft>) {
    let of = |environment: Environment| {
        let states = fleet.states.iter().copied();
        states.filter(|s| s.cluster.cluster.environment == environment).collect::<Vec<&State<'_>>>()
    };
    let before = [of(Environment::Staging), of(Environment::Dev)].concat();
    let tried: BTreeSet<&ObjectKey> =
        before.iter().flat_map(|s| s.objects()).map(|(_, o)| &o.key).collect();
    let production = of(Environment::Production);
    let mut told: BTreeSet<&ObjectKey> = BTreeSet::new();
    for state in &production {
        let runs: Vec<&Resource> =
            state.objects().map(|(_, o)| &**o).filter(|o| is_application(o)).collect();
        let missing: Vec<_> = runs.iter().filter(|o| !tried.contains(&o.key)).collect();
        // Where hardly anything is the same, the names differ and nothing can be said.
        if missing.len() * 2 > runs.len() {
            continue;
        }
        for object in missing.into_iter().filter(|o| told.insert(&o.key)) {
            let has = |s: &&&State<'_>| s.object(&object.key).is_some();
            let names: Vec<&str> = production.iter().filter(has).map(|s| s.name()).collect();
            let message = format!(
                "`{}` runs on {} and on no cluster before production: nothing tries it out",
                object.key,
                wording::list(&names),
            );
            out.push(
                Draft::new(message)
                    .on(object)
                    .clusters(names)
                    .help("run it in staging too, or say in the configuration why not"),
            );
        }
    }
}

fn is_application(object: &Resource) -> bool {
    workload::runs_on(object) || object.gvk.is("helm.toolkit.fluxcd.io", "HelmRelease")
}
