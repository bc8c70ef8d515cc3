//! `order-reversed`: an object needs one that is applied only after it is.

use gitops_graph::{Disorder, Order, Relation};
use gitops_model::{Controller, Severity};
use gitops_yaml::Node;

use crate::disorder::needs;
use crate::{Check, Draft, State};

rule!(
    "order-reversed",
    Error,
    Check::State(check),
    "needs an object that is applied only after it"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    let of_applying = [Relation::Inside, Relation::DefinedBy];
    for need in needs(state, Order::Reversed, |link| of_applying.contains(&link.edge.relation)) {
        let then = ", and that one comes after it: neither is ever applied on a new cluster";
        out.extend(need.draft(then).map(|draft| {
            draft.help(format!(
                "move what is needed out of `{}`, into something that `{}` depends on",
                need.on.id, need.unit.id.name
            ))
        }));
    }
    for need in needs(state, Order::Reversed, |link| !of_applying.contains(&link.edge.relation)) {
        let waits = need.unit.waits;
        let then = match waits {
            true => ", and that one waits for it: on a new cluster both wait for ever",
            false => {
                ", and that one waits for it: on a new cluster it fails until the other has come"
            }
        };
        let severity = if waits { Severity::Error } else { Severity::Note };
        out.extend(need.draft(then).map(|draft| {
            draft.severity(severity).help(format!("turn the `dependsOn` of `{}` round", need.on.id))
        }));
    }
    for disorder in state.graph().disorder() {
        out.extend(in_one_sync(state, &disorder));
    }
}

/// Phases and waves of one Application.
fn in_one_sync(state: &State<'_>, disorder: &Disorder<'_>) -> Option<Draft> {
    let link = disorder.link;
    let unit = state.cluster.unit(link.from.unit()?)?;
    if unit.controller != Controller::ArgoCd || disorder.order != Order::Reversed {
        return None;
    }
    let from = link.from.object()?;
    let syncs = ["spec", "syncPolicy", "syncOptions"];
    let options = unit.object.as_ref().and_then(|o| o.at(&syncs)).map_or(&[][..], Node::items);
    let creates = options.iter().any(|o| o.text() == Some("CreateNamespace=true"));
    if creates && link.edge.relation == Relation::Inside {
        return None;
    }
    let message = format!(
        "`{}` needs `{}`, which `{}` applies in a later wave or phase: on a new cluster the sync \
         waits for the first for ever",
        link.from.key, link.to.key, unit.id,
    );
    let draft = Draft::new(message).on(from).field(link.edge.path.clone()).at_span(link.edge.span);
    let wave = ["metadata", "annotations", "argocd.argoproj.io/sync-wave"];
    let needed = link.to.object().and_then(|o| o.at(&wave).or_else(|| o.at(&["metadata", "name"])));
    Some(
        draft.related(needed.map(|n| n.span()), "applied later").help(
            "give what is needed the lower `argocd.argoproj.io/sync-wave`, or the same phase",
        ),
    )
}
