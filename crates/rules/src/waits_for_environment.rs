//! `waits-for-environment`: one environment waits for another.

use gitops_model::{Environment, Unit};

use crate::{Check, Draft, State};

rule!(
    "waits-for-environment",
    Warning,
    Check::State(check),
    "waits for something of another environment, and stops with it"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for unit in &state.cluster.units {
        let Some(own) = environment(unit) else { continue };
        for (id, span) in &unit.depends_on {
            let waited = state.cluster.unit(id).and_then(environment);
            let Some(other) = waited.filter(|other| *other != own) else { continue };
            let message = format!(
                "`{}` of `{}` waits for `{id}` of `{}`: a failure there keeps it from changing",
                unit.id,
                own.as_str(),
                other.as_str(),
            );
            let draft = Draft::new(message).at_span(*span).help(
                "let each environment wait for its own, and promote by tag, branch or commit instead",
            );
            out.push(match &unit.object {
                Some(object) => draft.on(object),
                None => draft,
            });
        }
    }
}

/// The environment that the folder or the name of a unit speaks of.
fn environment(unit: &Unit) -> Option<Environment> {
    let words = |text: &str| text.split(['/', '-', '_', '.']).find_map(named);
    words(&unit.path).or_else(|| words(&unit.id.name))
}

fn named(word: &str) -> Option<Environment> {
    match word {
        "dev" | "development" => Some(Environment::Dev),
        "staging" | "stage" | "stg" => Some(Environment::Staging),
        "production" | "prod" => Some(Environment::Production),
        _ => None,
    }
}
