//! `no-health-check`: others wait for something that does not wait for its own health.

use gitops_graph::reports_health;
use gitops_model::Controller;
use gitops_yaml::Node;

use crate::{Check, Draft, State, wording};

rule!(
    "no-health-check",
    Note,
    Check::State(check),
    "is waited for, but counts as ready before what it applied is healthy"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for unit in &state.cluster.units {
        let Some(object) = unit.object.as_ref().filter(|_| unit.controller == Controller::Flux)
        else {
            continue;
        };
        let checks = object.at(&["spec", "healthChecks"]).map_or(&[][..], Node::items);
        let waiting: Vec<_> = state
            .cluster
            .units
            .iter()
            .filter_map(|u| {
                u.depends_on.iter().find(|(id, _)| *id == unit.id).map(|(_, span)| (u, *span))
            })
            .collect();
        if unit.waits || !checks.is_empty() || waiting.is_empty() {
            continue;
        }
        let Some(slow) = unit.resources.iter().find(|o| reports_health(o)) else { continue };
        let message = format!(
            "{} for `{}`, which has neither `wait` nor `healthChecks`: it is ready before \
             `{}` is, so the order does not hold",
            wording::list(waiting.iter().map(|(u, _)| &u.id.name))
                + if waiting.len() == 1 { " waits" } else { " wait" },
            unit.id,
            slow.key,
        );
        let mut draft = Draft::new(message).on(object).help("set `wait: true`, with a `timeout`");
        for (_, span) in waiting {
            draft = draft.related(span, "waits here");
        }
        out.push(draft);
    }
}
