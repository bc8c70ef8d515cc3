//! `reaches-into-environment`: a cluster is given what belongs to another environment.

use gitops_model::Environment;

use crate::{Check, Draft, State};

rule!(
    "reaches-into-environment",
    Warning,
    Check::State(check),
    "gives a cluster the folder of another environment"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    let own = &state.cluster.cluster.environment;
    // A root that nothing gives to a cluster is its own folder, whatever that is called.
    if !state.cluster.cluster.reached {
        return;
    }
    if !matches!(own, Environment::Dev | Environment::Staging | Environment::Production) {
        return;
    }
    for unit in &state.cluster.units {
        let Some(other) = unit.path.split('/').find_map(environment).filter(|e| e != own) else {
            continue;
        };
        if unit.path.split('/').any(|part| environment(part).as_ref() == Some(own)) {
            continue;
        }
        let message = format!(
            "`{}` gives `{}`, a cluster of `{}`, the folder `{}` of `{}`: a change meant for \
             the one reaches the other",
            unit.id,
            state.name(),
            own.as_str(),
            unit.path,
            other.as_str(),
        );
        let path = unit.object.as_ref().and_then(|o| o.at(&["spec", "path"]));
        let mut draft = Draft::new(message).help(
            "move what both share to a base, and give each environment an overlay of its own",
        );
        if let Some(object) = &unit.object {
            draft = draft.on(object);
        }
        out.push(match path {
            Some(path) => draft.at(path),
            None => draft.at_span(unit.declared),
        });
    }
}

/// The environment that a folder is named after.
fn environment(folder: &str) -> Option<Environment> {
    match folder {
        "dev" | "development" => Some(Environment::Dev),
        "staging" | "stage" | "stg" => Some(Environment::Staging),
        "production" | "prod" => Some(Environment::Production),
        _ => None,
    }
}
