//! `namespace-removed`: a namespace goes, and with it all that stands in it.

use gitops_model::Apply;

use crate::{Check, Draft, Pair, removal, wording};

rule!("namespace-removed", Error, Check::Pair(check), "deletes a namespace and everything in it");

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    for removed in removal::removed(pair, "", "Namespace") {
        let name = &removed.object.key.name;
        let inside = |key: &gitops_model::ObjectKey| key.namespace == *name;
        let before =
            pair.before.as_ref().map_or(0, |b| b.objects().filter(|(_, o)| inside(&o.key)).count());
        let stay: Vec<_> =
            pair.after.objects().map(|(_, o)| &o.key).filter(|k| inside(k)).collect();
        let mut message = format!(
            "{} with everything in it: {} of this repository, and whatever else was made there, \
             volumes included",
            removed.deletes(&format!("namespace `{name}`")),
            wording::count(before, "object"),
        );
        if !stay.is_empty() {
            let are = if stay.len() == 1 { "is" } else { "are" };
            message += &format!("; {} {are} still asked for there", wording::list(&stay));
        }
        let help = format!(
            "keep the Namespace; or first commit {} on it, wait until that is live everywhere, \
             and then remove it here. Behind stay volumes whose reclaim policy is `Retain`, what was made \
             outside the cluster, and objects whose finalizers nobody takes away: \
             `kubectl get all,pvc,secret,configmap -n {name}` shows what would go, \
             `kubectl get namespace {name}` whether it is gone",
            removed.guard(),
        );
        out.push(removed.draft(message).apply(Apply::DataLoss).help(help));
    }
}
