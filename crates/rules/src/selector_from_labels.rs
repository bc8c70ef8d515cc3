//! `selector-from-labels`: a line outside a workload's manifest feeds its selector.

use std::collections::BTreeMap;

use gitops_model::{FieldPath, Resource};
use gitops_yaml::{Entry, Node, Span};

use crate::{Check, Draft, Pair, wording, workload};

rule!(
    "selector-from-labels",
    Note,
    Check::Pair(check),
    "feeds a selector, which cannot change, from a kustomization's labels",
    Pedantic
);

const SELECTOR: [&str; 3] = ["spec", "selector", "matchLabels"];

/// Asked of one state alone: where two are compared, the edit itself is told.
fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    if pair.before.is_some() {
        return;
    }
    let mut fed: BTreeMap<Span, (&Entry, Vec<&Resource>)> = BTreeMap::new();
    for (_, object) in pair.after.objects().filter(|(_, o)| workload::runs_on(o)) {
        let labels = object.at(&SELECTOR).map_or(&[][..], Node::entries);
        let manifest = object.at(&["kind"]).map(|kind| kind.span().file);
        for label in labels.iter().filter(|l| Some(l.value.span().file) != manifest) {
            fed.entry(label.value.span()).or_insert((label, Vec::new())).1.push(object);
        }
    }
    for (label, objects) in fed.into_values() {
        let Some(first) = objects.first() else { continue };
        let message = format!(
            "`{}: {}` goes from here into the selector of {}, which cannot change: an edit of it is refused",
            label.key,
            label.value.text().unwrap_or_default(),
            wording::list(objects.iter().map(|o| &o.key)),
        );
        out.push(
            Draft::new(message)
                .on(first)
                .field(FieldPath::keys(&SELECTOR).key(&label.key))
                .at(&label.value)
                .help(
                    "keep labels that may change out of selectors: `labels` without `includeSelectors`, \
                     with `includeTemplates` where pods need them",
                ),
        );
    }
}
