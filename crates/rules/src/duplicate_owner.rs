//! `duplicate-owner`: two Kustomizations or Applications of a cluster apply the same object.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_model::{Controller, Resource, Severity, Unit};

use crate::{Check, Draft, State, wording, write};

rule!(
    "duplicate-owner",
    Warning,
    Check::State(check),
    "is applied by two owners, which overwrite each other and may delete it"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    let mut owners: BTreeMap<_, Vec<(&Unit, &Arc<Resource>)>> = BTreeMap::new();
    for (unit, object) in state.cluster.objects() {
        let applied = unit.controller != Controller::None && !unit.suspended;
        if applied && !write::is_left_alone(object) && !write::is_hook(object, Some(unit)) {
            owners.entry(&object.key).or_default().push((unit, object));
        }
    }
    let mut shared: BTreeMap<_, ((bool, bool), Vec<_>)> = BTreeMap::new();
    for owners in owners.values() {
        let Some(((first, one), rest)) = owners.split_first() else { continue };
        if let Some((second, two)) = rest.iter().find(|(unit, _)| unit.id != first.id) {
            // An entry point that is only assumed may be the very one that the other declares.
            let assumed = first.declared.is_none() || second.declared.is_none();
            let one_folder = first.path == second.path;
            let (_, objects) = shared
                .entry((&first.id, &second.id))
                .or_insert(((one_folder, assumed), Vec::new()));
            objects.push((*one, *two));
        }
    }
    out.extend(shared.into_iter().filter_map(|((first, second), (how, objects))| {
        let (one, two) = objects.first()?;
        // Two that render one folder write the same, as an entry point does that a folder declares again.
        let (severity, meanwhile) = match how {
            (true, _) => (Severity::Note, "both render one folder"),
            (_, true) => (Severity::Note, "if both are on the cluster, each overwrites the other"),
            _ => (Severity::Warning, "each overwrites what the other wrote"),
        };
        let message = format!(
            "`{first}` and `{second}` both apply {}: {meanwhile}, and when one stops doing so it \
             may delete what the other still wants",
            wording::list(objects.iter().map(|(one, _)| &one.key)),
        );
        let other = one.at(&["metadata", "name"]).map(|n| n.span());
        Some(
            Draft::new(message)
                .on(two)
                .severity(severity)
                .related(other, "applied from here too")
                .help("let one of them apply it and the other depend on it"),
        )
    }));
}
