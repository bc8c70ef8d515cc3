//! `service-selects-nothing`: a Service has no pod behind it.

use gitops_graph::{PodTemplate, Selection};
use gitops_model::{Confidence, ObjectKey, Resource};
use gitops_yaml::{Entry, Node};

use crate::{Check, Draft, Pair, State, wording};

rule!(
    "service-selects-nothing",
    Error,
    Check::Pair(check),
    "selects no pod, so every request to it fails"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    let before = pair.before.as_ref().map(|b| b.graph().selections());
    for selection in pair.after.graph().selections().iter().filter(|s| is_idle(s)) {
        let Some((_, service)) = pair.after.object(&selection.from) else { continue };
        let was = before.and_then(|all| {
            all.iter().find(|s| s.from == selection.from && s.path == selection.path)
        });
        let lost = was.filter(|s| !s.matched.is_empty()).filter(|s| !is_hidden(pair, s));
        let draft = match (lost, was) {
            (Some(was), _) => Some(loses(service, was)),
            (None, Some(_)) => None,
            (None, None) => misses(&pair.after, service),
        };
        out.extend(draft.map(|d| {
            let selector = selection.path.find(&service.body).map_or(&[][..], Node::entries);
            let draft = d
                .field(selection.path.clone())
                .related(selection.span, "the selector")
                .help("make the selector and the pods' labels agree");
            let lost = lost.map_or(&[][..], |was| &was.matched);
            suspects(&pair.after, selector, lost).into_iter().fold(draft, Draft::at)
        }));
    }
}

/// The pairs of the selector that do not fit, with the labels of the pods in their place; all pairs
/// where none of its pods is left.
fn suspects<'a>(
    state: &State<'a>,
    selector: &'a [Entry],
    workloads: &[ObjectKey],
) -> Vec<&'a Node> {
    let mut suspects = Vec::new();
    for workload in workloads.iter().filter_map(|key| state.object(key)).map(|(_, o)| o) {
        let Some(template) = PodTemplate::of(workload) else { continue };
        for pair in selector {
            let label = template.node.at(&["metadata", "labels", &pair.key]);
            if label.and_then(Node::text) != pair.value.text() {
                suspects.push(&pair.value);
                suspects.extend(label);
            }
        }
    }
    if suspects.is_empty() {
        suspects.extend(selector.iter().map(|pair| &pair.value));
    }
    suspects
}

fn is_idle(selection: &Selection) -> bool {
    let service = selection.from.kind == "Service" && selection.from.group.is_empty();
    service && !selection.is_empty && selection.matched.is_empty()
}

/// Whether its pods may still come from something that could not be rendered.
fn is_hidden(pair: &Pair<'_>, was: &Selection) -> bool {
    let unit = |key| pair.before.as_ref().and_then(|b| b.object(key)).map(|(unit, _)| unit);
    was.matched.iter().filter_map(unit).any(|u| pair.is_broken(&u.id))
}

fn loses(service: &Resource, was: &Selection) -> Draft {
    Draft::new(format!(
        "`{}` selects no pod any more; it selected those of {}: every request to it fails",
        service.key,
        wording::list(&was.matched),
    ))
    .on(service)
}

/// Whether an object of a kind that is not known here has a template of pods with these labels.
fn makes_pods(object: &Resource, selector: &[Entry]) -> bool {
    let labels = object.at(&["spec", "template", "metadata", "labels"]);
    labels.is_some_and(|l| {
        selector.iter().all(|e| l.get(&e.key).and_then(Node::text) == e.value.text())
    })
}

/// Only a workload that comes near tells that the repository should hold the pods at all.
fn misses(state: &State<'_>, service: &Resource) -> Option<Draft> {
    let selector = service.at(&["spec", "selector"])?.entries();
    if state
        .objects()
        .any(|(_, o)| o.key.namespace == service.key.namespace && makes_pods(o, selector))
    {
        return None;
    }
    let near = state.objects().map(|(_, o)| o).find_map(|workload| {
        let labels = PodTemplate::of(workload)?.labels();
        let label = |key: &str| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
        let shared = selector.iter().filter(|e| label(&e.key) == e.value.text()).count();
        // A label that the template lacks may be set while the pods run: that of a leader.
        let keyed = selector.iter().all(|e| label(&e.key).is_some());
        let named = workload.key.name == service.key.name;
        let here = workload.key.namespace == service.key.namespace;
        (here && keyed && (named || shared > 0 && selector.len() == shared + 1))
            .then_some((workload, labels))
    });
    let (workload, labels) = near?;
    let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    Some(
        Draft::new(format!(
            "`{}` selects no pod: `{}` comes nearest, and its pods have {}",
            service.key,
            workload.key,
            wording::list(labels),
        ))
        .on(service)
        .confidence(Confidence::Likely),
    )
}
