//! `duplicate-owner`: two Kustomizations or Applications of a cluster apply the same object.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_model::{Controller, Resource, Unit};

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
    let mut shared: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for owners in owners.values() {
        let Some(((first, one), rest)) = owners.split_first() else { continue };
        if let Some((second, two)) = rest.iter().find(|(unit, _)| unit.id != first.id) {
            shared.entry((&first.id, &second.id)).or_default().push((*one, *two));
        }
    }
    out.extend(shared.into_iter().filter_map(|((first, second), objects)| {
        let (one, two) = objects.first()?;
        let message = format!(
            "`{first}` and `{second}` both apply {}: each overwrites what the other wrote, and \
             when one stops doing so it may delete what the other still wants",
            wording::list(objects.iter().map(|(one, _)| &one.key)),
        );
        let other = one.at(&["metadata", "name"]).map(|n| n.span());
        Some(
            Draft::new(message)
                .on(two)
                .related(other, "applied from here too")
                .help("let one of them apply it and the other depend on it"),
        )
    }));
}
