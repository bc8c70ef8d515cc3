//! `selector-mismatch`: a workload does not select the pods of its own template.

use gitops_graph::{PodTemplate, selects};
use gitops_model::{FieldPath, Resource};

use crate::{Check, Draft, State, wording};

rule!(
    "selector-mismatch",
    Error,
    Check::State(check),
    "does not select the pods of its own template, so it is refused"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    out.extend(state.objects().filter(|(_, o)| has_selector(o)).filter_map(|(_, o)| mismatch(o)));
}

fn has_selector(object: &Resource) -> bool {
    match (&*object.gvk.group, &*object.gvk.kind) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("argoproj.io", "Rollout") => true,
        ("batch", "Job") => {
            object.at(&["spec", "manualSelector"]).and_then(|n| n.as_bool()) == Some(true)
        }
        _ => false,
    }
}

fn mismatch(object: &Resource) -> Option<Draft> {
    let selector = object.at(&["spec", "selector"])?;
    let template = PodTemplate::of(object)?;
    let labels = template.node.at(&["metadata", "labels"]);
    if selects(selector, &template.labels()) {
        return None;
    }
    let missing = selector
        .get("matchLabels")?
        .entries()
        .iter()
        .find(|e| labels.and_then(|l| l.get(&e.key)).and_then(|n| n.text()) != e.value.text());
    let message = match missing {
        Some(e) => format!(
            "`{}` selects pods with `{}: {}`, but its template makes pods with {}",
            object.key,
            e.key,
            e.value.text().unwrap_or_default(),
            match labels.and_then(|l| l.get(&e.key)) {
                Some(other) => format!("`{}: {}`", e.key, other.text().unwrap_or_default()),
                None => format!("no label `{}`", e.key),
            },
        ),
        None => format!(
            "`{}` selects pods that its template does not make: their labels are {}",
            object.key,
            wording::value(labels),
        ),
    };
    let mut draft =
        Draft::new(message).on(object).field(FieldPath::keys(&["spec", "selector"])).help(
            "make the selector and `spec.template.metadata.labels` agree; on an existing \
         workload change the template, as the selector cannot change",
        );
    if let Some(e) = missing {
        draft = draft.at(&e.value);
        if let Some(label) = labels.and_then(|l| l.get(&e.key)) {
            draft = draft.at(label).related(label.span(), "the template's label");
        }
    }
    Some(draft.at(selector))
}
