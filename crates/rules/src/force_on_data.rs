//! `force-on-data`: an owner that recreates what is refused applies what holds data.

use crate::{Check, Draft, State, wording, write};

rule!(
    "force-on-data",
    Warning,
    Check::State(check),
    "recreates whatever is refused, and applies objects that hold data"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for unit in state.cluster.units.iter().filter(|u| u.force) {
        let at_risk: Vec<_> = unit.resources.iter().filter(|o| write::holds_data(o)).collect();
        let Some(owner) = unit.object.as_ref().filter(|_| !at_risk.is_empty()) else { continue };
        let message = format!(
            "`{}` has `force`, and applies {}: any refused update, a plain mistake included, \
             deletes them",
            unit.id,
            wording::list(at_risk.iter().map(|o| &o.key)),
        );
        let mut draft = Draft::new(message).on(owner).help(
            "take `force` out; where one object needs it once, mark that object with \
             `kustomize.toolkit.fluxcd.io/force: enabled` for one change",
        );
        if let Some(force) = owner.at(&["spec", "force"]) {
            draft = draft.at(force);
        }
        out.push(draft);
    }
}
