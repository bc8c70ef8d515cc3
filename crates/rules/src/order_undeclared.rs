//! `order-undeclared`: an object needs one that another owner applies, and nothing says which comes first.

use std::collections::BTreeMap;

use gitops_graph::Relation;
use gitops_model::{Controller, UnitId};

use crate::{Check, Draft, State, wording};

rule!(
    "order-undeclared",
    Note,
    Check::State(check),
    "needs a definition or namespace that another owner applies, without waiting for it"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    let mut needs: BTreeMap<(&UnitId, &UnitId), Vec<_>> = BTreeMap::new();
    for link in state.graph().edges().filter(|l| is_needed_first(l.edge.relation)) {
        let (Some(from), Some(to)) = (link.from.unit(), link.to.unit()) else { continue };
        // A Kustomization's own namespace is there before it is.
        let own = link.edge.relation == Relation::Inside && link.to.key.name == from.namespace;
        if from != to && !own {
            needs.entry((from, to)).or_default().push(link);
        }
    }
    for ((from, to), links) in needs {
        let Some(unit) = state.cluster.unit(from).filter(|u| u.controller == Controller::Flux)
        else {
            continue;
        };
        let Some(first) = links.first().filter(|_| !state.waiting_for(to).contains(&from)) else {
            continue;
        };
        // What a Kustomization applies and the Kustomization that applies that one are in order.
        let nested = unit
            .object
            .as_ref()
            .is_some_and(|o| state.object(&o.key).is_some_and(|(parent, _)| parent.id == *to));
        let (Some(owner), false) = (&unit.object, nested) else { continue };
        let message = format!(
            "`{from}` applies `{}`, which needs `{}` of `{to}`, and does not wait for it: on a \
             new cluster it fails until the other has come",
            first.from.key, first.to.key,
        );
        let others = links.len() - 1;
        let mut draft =
            Draft::new(message).on(owner).help(format!("add `{}` to its `dependsOn`", to.name));
        if others > 0 {
            let object = first.from.object().and_then(|o| o.at(&["metadata", "name"]));
            draft = draft.related(
                object.map(|n| n.span()),
                format!("this one, and {}", wording::count(others, "other")),
            );
        }
        out.push(draft);
    }
}

fn is_needed_first(relation: Relation) -> bool {
    matches!(relation, Relation::DefinedBy | Relation::Inside)
}
