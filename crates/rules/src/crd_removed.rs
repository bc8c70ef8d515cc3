//! `crd-removed`: the definition of a kind goes, and with it every object of that kind.

use gitops_model::Apply;
use gitops_yaml::Node;

use crate::{Check, Draft, Pair, removal, wording};

rule!(
    "crd-removed",
    Error,
    Check::Pair(check),
    "deletes a custom resource definition and every object of its kind"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    for removed in removal::removed(pair, "apiextensions.k8s.io", "CustomResourceDefinition") {
        let text = |keys: &[&str]| removed.object.at(keys).and_then(Node::text).unwrap_or_default();
        let (group, kind) = (text(&["spec", "group"]), text(&["spec", "names", "kind"]));
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
            "keep the definition while objects of it exist (`kubectl get {} -A`), or first \
             commit {} on it and wait until that is live",
            removed.object.key.name,
            removed.guard(),
        );
        out.push(removed.draft(message).apply(Apply::DataLoss).help(help));
    }
}
