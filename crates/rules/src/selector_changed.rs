//! `selector-changed`: something selects other pods than before.

use gitops_model::{Change, Severity};

use crate::difference::Difference;
use crate::{Check, Draft, Pair, State, wording};

rule!(
    "selector-changed",
    Warning,
    Check::Change(check),
    "makes a Service, policy or budget select other pods"
);

fn check(pair: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let object = change.object();
    let (keys, what): (&[&str], _) = match (&*object.gvk.group, &*object.gvk.kind) {
        ("", "Service") => (&["spec", "selector"], "traffic goes to other pods"),
        ("networking.k8s.io", "NetworkPolicy") => {
            (&["spec", "podSelector"], "other pods are cut off or opened")
        }
        ("policy", "PodDisruptionBudget") => {
            (&["spec", "selector"], "other pods are protected from drains")
        }
        _ => return,
    };
    let Some(found) = Difference::at(change, keys) else { return };
    let (Some(before), Some(after)) = (found.before, found.after) else { return };
    let service = object.gvk.is("", "Service");
    let selected = |state: &State<'_>| {
        let own = state.graph().selections().iter().filter(|s| s.from == object.key);
        own.flat_map(|s| s.matched.clone()).collect::<Vec<_>>()
    };
    let then = selected(&pair.after);
    let was = pair.before.as_ref().map(selected).unwrap_or_default();
    if service && then.is_empty() && !was.is_empty() {
        return; // It selects nothing any more, which has a rule of its own.
    }
    // The same workloads: what matters is the time until their pods carry the new labels.
    let same = was == then && !then.is_empty();
    let (old, new) = wording::values(Some(before), Some(after));
    let message = format!(
        "`{}` selects {} instead of {}: {}",
        object.key,
        new,
        old,
        if same && service {
            "until new pods are ready it finds none, as the pods that run do \
         not have the new labels"
        } else {
            what
        },
    );
    let severity = if same && !service { Severity::Note } else { Severity::Warning };
    out.push(found.draft(message).severity(severity).help(
        "first add the new labels to the pods and wait for the rollout, then change the selector",
    ));
}
