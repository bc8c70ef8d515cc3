//! What stays on the cluster although it leaves the repository.

use std::sync::Arc;

use gitops_model::{Controller, Resource, Unit};
use gitops_yaml::Node;

use crate::Pair;
use crate::write::{flux_mark, has_sync_option};

/// Why an object stays. Only what was live before the change counts: a mark that comes with the removal
/// itself may come too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Its owner does not prune.
    NotPruned,
    /// A mark on the object protects it.
    Marked,
    /// Its owner is switched off, so nothing happens before it is resumed.
    Suspended,
    /// Its owner goes and leaves behind what it applied.
    Orphaned,
    /// Its owner leaves the repository too, and stays on the cluster.
    OwnerStays,
    /// The folder from which its cluster starts is gone, so whoever would delete it has stopped.
    Abandoned,
}

/// How far the owners of owners are followed.
const DEPTH: usize = 16;

/// Why an object that its unit no longer renders stays on the cluster; `None` where it is deleted.
pub(crate) fn kept(pair: &Pair<'_>, object: &Resource, unit: &Unit) -> Option<Kept> {
    kept_below(pair, object, unit, DEPTH)
}

fn kept_below(pair: &Pair<'_>, object: &Resource, unit: &Unit, depth: usize) -> Option<Kept> {
    if pair.is_abandoned(unit) {
        // Kustomizations and Applications that the root applied go on by themselves.
        let applied = |o: &Arc<Resource>| unit.resources.iter().all(|own| own.key != o.key);
        let is_child = unit.object.as_ref().is_some_and(applied);
        return Some(if is_child { Kept::OwnerStays } else { Kept::Abandoned });
    }
    if unit.controller == Controller::None {
        return None;
    }
    let after = pair.after.cluster.unit(&unit.id);
    if is_marked(object, unit.controller, after.is_none()) {
        return Some(Kept::Marked);
    }
    match after {
        Some(after) if unit.suspended && after.suspended => Some(Kept::Suspended),
        Some(after) => (!unit.prune && !after.prune).then_some(Kept::NotPruned),
        None => with_owner(pair, unit, depth),
    }
}

/// What becomes of the objects of a unit that goes.
fn with_owner(pair: &Pair<'_>, unit: &Unit, depth: usize) -> Option<Kept> {
    let Some(owner) = &unit.object else { return (!unit.prune).then_some(Kept::NotPruned) };
    let parent = pair.removed().find(|(_, object, _)| object.key == owner.key);
    let stays = parent.filter(|(_, _, parent)| parent.id != unit.id && depth > 0);
    if stays.is_some_and(|(_, owner, parent)| kept_below(pair, owner, parent, depth - 1).is_some())
    {
        return Some(Kept::OwnerStays);
    }
    let orphaned = match unit.controller {
        Controller::Flux => unit.suspended || !deletes(owner),
        Controller::ArgoCd => !cascades(owner) || set_keeps(pair, owner),
        Controller::None => false,
    };
    orphaned.then_some(Kept::Orphaned)
}

/// Whether deleting a Flux Kustomization deletes what it applied (`finalize` of kustomize-controller).
pub(crate) fn deletes(kustomization: &Resource) -> bool {
    let spec = |key| kustomization.at(&["spec", key]);
    match spec("deletionPolicy").and_then(Node::text) {
        Some("Delete" | "WaitForTermination") => true,
        Some("Orphan") => false,
        _ => spec("prune").and_then(Node::as_bool) == Some(true),
    }
}

/// Whether deleting an Application deletes what it applied.
pub(crate) fn cascades(application: &Resource) -> bool {
    let finalizers = application.at(&["metadata", "finalizers"]).map_or(&[][..], Node::items);
    let mut names = finalizers.iter().filter_map(Node::text);
    names.any(|name| name.starts_with("resources-finalizer.argocd.argoproj.io"))
}

/// Whether the owner is made by another object rather than written in the repository.
pub(crate) fn is_generated(pair: &Pair<'_>, owner: &Resource) -> bool {
    pair.before.as_ref().is_none_or(|before| before.object(&owner.key).is_none())
}

/// Whether the ApplicationSet that made an Application lets it live when it no longer asks for it.
pub(crate) fn set_keeps(pair: &Pair<'_>, application: &Resource) -> bool {
    let Some(before) = pair.before.as_ref().filter(|_| is_generated(pair, application)) else {
        return false;
    };
    let made = application.body.span();
    let maker = before.of_kind("argoproj.io", "ApplicationSet").find(|set| {
        let span = set.body.span();
        span.file == made.file && span.start <= made.start && made.end <= span.end
    });
    let policy = maker.and_then(|set| {
        let set_lives = pair.after.object(&set.key).is_some();
        set.at(&["spec", "syncPolicy", "applicationsSync"]).filter(|_| set_lives)?.text()
    });
    matches!(policy, Some("create-only" | "create-update"))
}

/// Whether a mark on the live object protects it from being pruned, or from going with its owner.
fn is_marked(live: &Resource, controller: Controller, owner_goes: bool) -> bool {
    match controller {
        Controller::Flux => {
            let is = |key, word: &str| {
                flux_mark(live, key).is_some_and(|value| value.eq_ignore_ascii_case(word))
            };
            is("prune", "disabled") || is("reconcile", "disabled") || is("ssa", "ignore")
        }
        Controller::ArgoCd if owner_goes => {
            has_sync_option(live, "Delete=false")
                || live.annotation("helm.sh/resource-policy") == Some("keep")
        }
        Controller::ArgoCd => has_sync_option(live, "Prune=false"),
        Controller::None => false,
    }
}
