//! `prune-all`: a folder that is applied with pruning becomes empty.

use gitops_model::{Apply, Controller};

use crate::keeping::kept;
use crate::{Check, Draft, Pair, wording, write};

rule!(
    "prune-all",
    Error,
    Check::Pair(check),
    "empties a folder that is applied with pruning, so everything it applied is deleted"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    let Some(before) = &pair.before else { return };
    for unit in &pair.after.cluster.units {
        let emptied = unit.prune
            && unit.controller != Controller::None
            && unit.inputs.is_some()
            && unit.resources.is_empty();
        let Some(old) = before.cluster.unit(&unit.id).filter(|_| emptied) else { continue };
        let going: Vec<_> = old
            .resources
            .iter()
            .filter(|o| kept(pair, o, old).is_none() && pair.after.object(&o.key).is_none())
            .collect();
        if going.is_empty() {
            continue;
        }
        let message = format!(
            "`{}` renders nothing from `{}` any more and prunes: it deletes everything it \
             applied, {} ({})",
            unit.id,
            unit.path,
            wording::count(going.len(), "object"),
            wording::list(going.iter().map(|o| &o.key)),
        );
        let lost = going.iter().any(|o| write::holds_data(o));
        let mut draft = Draft::new(message)
            .at_span(unit.object.as_ref().and_then(|o| o.at(&["spec", "path"])).map(|n| n.span()))
            .at_span(unit.declared)
            .help(
                "to remove it all, delete the owner in a change of its own; to keep it, \
             restore the folder, or set `prune: false` first and wait until that is live; behind stay \
             claims of StatefulSets and what is marked to be kept, as `kubectl get all,pvc -A` shows",
            );
        if let Some(object) = &unit.object {
            draft = draft.on(object);
        }
        out.push(if lost { draft.apply(Apply::DataLoss) } else { draft });
    }
}
