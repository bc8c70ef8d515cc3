//! `crd-removed`: the definition of a kind goes, and with it every object of that kind.

use gitops_model::Apply;

use crate::{Check, Draft, Pair, definition, removal, wording};

rule!(
    "crd-removed",
    Error,
    Check::Pair(check),
    "deletes a custom resource definition and every object of its kind"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    for removed in removal::removed(pair, "apiextensions.k8s.io", "CustomResourceDefinition") {
        let (group, kind) = (definition::group(removed.object), definition::kind(removed.object));
        let objects = |state: &crate::State<'_>| {
            state
                .objects()
                .filter(|(_, o)| o.gvk.is(group, kind))
                .map(|(_, o)| o.key.clone())
                .collect::<Vec<_>>()
        };
        let before = pair.before.as_ref().map(objects).unwrap_or_default();
        let stay = objects(&pair.after);
        let mut message = format!(
            "{}, and with it the API server deletes every `{kind}` in all namespaces ({} in \
             this repository)",
            removed.deletes(&format!("the definition of `{kind}.{group}`")),
            before.len(),
        );
        if !stay.is_empty() {
            message += &format!("; {} can then no longer be applied", wording::list(&stay));
        }
        let help = format!(
            "keep the definition while objects of it exist (`kubectl get {name} -A`), or first \
             commit {} on it and wait until that is live; behind stays what controllers made of the \
             objects outside the cluster, and `kubectl get crd {name}` shows whether it is gone: it waits \
             for every object's finalizers",
            removed.guard(),
            name = removed.object.key.name,
        );
        out.push(removed.draft(message).apply(Apply::DataLoss).help(help));
    }
}
