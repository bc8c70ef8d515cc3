//! What is there while a change is half applied, and whether that heals by itself.
//!
//! Flux applies in stages and tries a whole stage before it writes any of it (`ApplyAllStaged` in
//! fluxcd/pkg/ssa); Argo CD applies wave by wave, and goes on with the others of a wave where one is refused
//! (`runTasks` in argo-cd/gitops-engine/pkg/sync).

use gitops_model::{Action, Change, Controller, ObjectKey, Resource, Unit};

use crate::{Pair, wording};

/// What stands where the API server refuses one object of a unit.
pub(crate) fn refused(pair: &Pair<'_>, unit: &Unit, object: &Resource) -> String {
    match unit.controller {
        Controller::Flux => behind_stage(pair, unit, object),
        Controller::ArgoCd => behind_wave(pair, unit, object),
        Controller::None => String::new(),
    }
}

/// What an interruption between the deletion and the creation leaves.
pub(crate) fn recreated(unit: Option<&Unit>) -> &'static str {
    match unit.map(|u| u.controller) {
        Some(Controller::Flux) => {
            "; interrupted in between it is missing until the next reconciliation, which creates it"
        }
        Some(Controller::ArgoCd) => {
            "; interrupted in between it is missing until the next sync, which creates it"
        }
        Some(Controller::None) | None => "",
    }
}

fn behind_stage(pair: &Pair<'_>, unit: &Unit, object: &Resource) -> String {
    let stage = stage(&object.key);
    let applied = written(pair, unit, object).filter(|c| self::stage(&c.key) < stage);
    let applied: Vec<&ObjectKey> = applied.map(|c| &c.key).collect();
    let before = match applied.len() {
        0 => String::new(),
        _ => format!(" but {}, applied in an earlier stage,", wording::list(&applied)),
    };
    let waiting = pair.after.waiting_for(&unit.id);
    let behind = match waiting.len() {
        0 => String::new(),
        n => format!(
            ", and {} behind it ({})",
            wording::wait(n, "Kustomization"),
            wording::list(waiting.iter().map(|id| &id.name))
        ),
    };
    format!(
        "; nothing of `{}`{before} is applied or pruned until a commit mends it{behind}",
        unit.id
    )
}

fn behind_wave(pair: &Pair<'_>, unit: &Unit, object: &Resource) -> String {
    let own = wave(object);
    let (late, applied): (Vec<_>, Vec<_>) =
        written(pair, unit, object).partition(|c| wave(c.object()) > own);
    let keys = |changes: &[&Change]| wording::list(changes.iter().map(|c| &c.key));
    let mut parts = Vec::new();
    if !applied.is_empty() {
        let verb = if applied.len() == 1 { "is" } else { "are" };
        parts.push(format!("{} {verb} applied", keys(&applied)));
    }
    if !late.is_empty() {
        parts.push(format!("{} of a later wave not", keys(&late)));
    }
    let half = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("; the sync of `{}` fails{half}, until a commit mends it", unit.id)
}

/// What else of a unit the change writes.
fn written<'a>(
    pair: &'a Pair<'_>,
    unit: &'a Unit,
    object: &'a Resource,
) -> impl Iterator<Item = &'a Change> {
    pair.changes.iter().filter(move |c| {
        c.action != Action::Removed && c.new_unit.as_ref() == Some(&unit.id) && c.key != object.key
    })
}

/// Flux's stage of an object: definitions of the cluster, classes, all others.
fn stage(key: &ObjectKey) -> u8 {
    match (&*key.group, &*key.kind) {
        ("apiextensions.k8s.io", "CustomResourceDefinition")
        | ("", "Namespace")
        | ("rbac.authorization.k8s.io", "ClusterRole") => 0,
        (_, kind) if kind.ends_with("Class") => 1,
        _ => 2,
    }
}

fn wave(object: &Resource) -> i64 {
    let wave = object.annotation("argocd.argoproj.io/sync-wave");
    wave.and_then(|w| w.trim().parse().ok()).unwrap_or(0)
}
