//! `depends-on-cycle`: things wait for each other in a circle.

use gitops_model::{Unit, UnitId};

use crate::{Check, Draft, State};

rule!(
    "depends-on-cycle",
    Error,
    Check::State(check),
    "waits for itself in a circle, so none of the circle is ever applied"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    let mut told: Vec<&UnitId> = Vec::new();
    for unit in &state.cluster.units {
        let Some(circle) = circle(state, unit).filter(|_| !told.contains(&&unit.id)) else { continue };
        let names: Vec<String> = circle.iter().map(|id| format!("`{}`", id.name)).collect();
        let message = format!(
            "{} -> `{}` wait for each other, so none of them is ever applied",
            names.join(" -> "),
            unit.id.name
        );
        let mut draft = Draft::new(message).help("take out the entry that points back");
        if let Some(object) = &unit.object {
            draft = draft.on(object);
        }
        for id in &circle {
            let Some(u) = state.cluster.unit(id) else { continue };
            let step = u.depends_on.iter().find(|(next, _)| circle.contains(&next));
            draft = draft.at_span(step.map(|(_, span)| *span));
        }
        out.push(draft);
        told.extend(circle);
    }
}

/// The shortest way from a unit back to itself, starting with it.
fn circle<'a>(state: &State<'a>, start: &'a Unit) -> Option<Vec<&'a UnitId>> {
    let mut ways = std::collections::VecDeque::from([vec![&start.id]]);
    let mut seen: Vec<&UnitId> = Vec::new();
    while let Some(way) = ways.pop_front() {
        let unit = state.cluster.unit(way.last()?);
        for (next, _) in unit.map_or(&[][..], |u| &u.depends_on) {
            if *next == start.id {
                return Some(way);
            }
            let Some(next) = state.cluster.unit(next).filter(|u| !seen.contains(&&u.id)) else { continue };
            seen.push(&next.id);
            ways.push_back(way.iter().copied().chain([&next.id]).collect());
        }
    }
    None
}
