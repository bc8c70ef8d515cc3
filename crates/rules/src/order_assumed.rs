//! `order-assumed`: an object needs one that another owner applies, and nothing says which comes first.

use gitops_graph::{Order, Relation};

use crate::disorder::needs;
use crate::{Check, Draft, State};

rule!(
    "order-assumed",
    Note,
    Check::State(check),
    "needs an object that another Kustomization applies, without waiting for it",
    Pedantic
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for need in needs(state, Order::Undeclared, |link| link.edge.relation != Relation::DefinedBy) {
        let then = ", and does not wait for it: on a new cluster it fails until the other has come";
        let help = format!("add `{}` to its `dependsOn`", need.on.id.name);
        out.extend(need.draft(then).map(|draft| draft.help(help)));
    }
}
