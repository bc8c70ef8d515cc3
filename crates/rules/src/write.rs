//! How a controller writes an object, and what a refused update comes to under it.

use gitops_model::{Apply, Controller, Resource, Unit};

/// Whether the controller leaves the object alone once it exists.
pub(crate) fn is_left_alone(object: &Resource) -> bool {
    let is = |key: &str, words: &[&str]| {
        flux_mark(object, key).is_some_and(|v| words.iter().any(|w| v.eq_ignore_ascii_case(w)))
    };
    is("reconcile", &["disabled"]) || is("ssa", &["Ignore", "IfNotPresent"])
}

/// Whether it is deleted and created anew at each run, so that it is never updated.
pub(crate) fn is_hook(object: &Resource, unit: Option<&Unit>) -> bool {
    let marked = |name| object.annotation(name).is_some();
    let argo = unit.is_some_and(|u| u.controller == Controller::ArgoCd);
    argo && (marked("argocd.argoproj.io/hook") || marked("helm.sh/hook"))
}

/// What becomes of an update that the API server refuses.
pub(crate) fn fate(object: &Resource, unit: Option<&Unit>) -> Apply {
    match unit {
        Some(unit) if is_recreated(object, unit) && holds_data(object) => Apply::DataLoss,
        Some(unit) if is_recreated(object, unit) => Apply::Recreated,
        _ => Apply::Rejected,
    }
}

fn is_recreated(object: &Resource, unit: &Unit) -> bool {
    match unit.controller {
        Controller::Flux => {
            let forced = flux_mark(object, "force");
            unit.force || forced.is_some_and(|v| v.eq_ignore_ascii_case("enabled"))
        }
        // Argo CD writes role bindings with `kubectl auth reconcile`, which replaces them.
        Controller::ArgoCd => {
            let binding = matches!(&*object.gvk.kind, "RoleBinding" | "ClusterRoleBinding");
            unit.force || has_sync_option(object, "Force=true") || binding
        }
        Controller::None => unit.force,
    }
}

/// The value of one of Flux's marks, looked up in labels and annotations as Flux does.
pub(crate) fn flux_mark<'r>(object: &'r Resource, key: &str) -> Option<&'r str> {
    let name = format!("kustomize.toolkit.fluxcd.io/{key}");
    object.annotation(&name).or_else(|| object.label(&name))
}

/// Whether an object asks Argo CD for a sync option: `Prune=false`.
pub(crate) fn has_sync_option(object: &Resource, option: &str) -> bool {
    let options = object.annotation("argocd.argoproj.io/sync-options").unwrap_or_default();
    options.split(',').any(|o| o.trim() == option)
}

/// Whether deleting the object can destroy data.
pub(crate) fn holds_data(object: &Resource) -> bool {
    let retention = ["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"];
    match (&*object.gvk.group, &*object.gvk.kind) {
        ("", "PersistentVolumeClaim" | "PersistentVolume" | "Namespace")
        | ("apiextensions.k8s.io", "CustomResourceDefinition") => true,
        ("apps", "StatefulSet") => object.at(&retention).and_then(|n| n.text()) == Some("Delete"),
        _ => false,
    }
}
