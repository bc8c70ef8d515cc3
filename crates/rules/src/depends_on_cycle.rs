//! `depends-on-cycle`: things wait for each other in a circle.

use crate::{Check, Draft, State};

rule!(
    "depends-on-cycle",
    Error,
    Check::State(check),
    "waits for itself in a circle, so none of the circle is ever applied"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for circle in state.graph().cycles() {
        let Some(first) = circle.first() else { continue };
        let names: Vec<String> =
            circle.iter().map(|link| format!("`{}`", link.from.key.name)).collect();
        let message = format!(
            "{} -> `{}` wait for each other, so none of them is ever applied",
            names.join(" -> "),
            first.from.key.name
        );
        let mut draft = Draft::new(message).help("take out the entry that points back");
        if let Some(object) = first.from.object() {
            draft = draft.on(object);
        }
        out.push(circle.iter().fold(draft, |draft, link| draft.at_span(link.edge.span)));
    }
}
