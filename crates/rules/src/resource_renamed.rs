//! `resource-renamed`: an object goes and comes again under another identity.

use gitops_compare::{Rename, RenameKind, renames};
use gitops_model::{Apply, Resource, Severity};
use gitops_yaml::Node;

use crate::keeping::kept;
use crate::{Check, Draft, Pair, wording};

rule!(
    "resource-renamed",
    Warning,
    Check::Pair(check),
    "deletes an object and creates it under another name, namespace or kind"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    for rename in renames(pair.changes) {
        let (Some(old), Some(new)) = (&rename.removed.old, &rename.added.new) else { continue };
        let unit = rename.removed.old_unit.as_ref();
        let stays = pair
            .removed()
            .all(|(_, object, unit)| object.key != old.key || kept(pair, object, unit).is_some());
        if rename.kind == RenameKind::Generated || stays || unit.is_none() {
            continue;
        }
        let loss = loss(old).or_else(|| hash_lost(old, new));
        let moved =
            if rename.kind == RenameKind::Namespace { Severity::Warning } else { Severity::Note };
        let message = format!(
            "`{}` becomes {}: the old one is deleted and the new one created{}",
            old.key,
            becomes(&rename, new),
            loss.map_or_else(String::new, |(what, _)| format!("; {what}")),
        );
        let mut draft = Draft::new(message)
            .on(old)
            .related(old.at(&["metadata", "name"]).map(Node::span), "the old one")
            .severity(loss.map_or(moved, |(_, severity)| severity.max(moved)))
            .help(format!(
                "{}; `{}` shows whether the old one is gone",
                help(old),
                wording::get(&old.key)
            ));
        if let Some(node) = new.at(identity(rename.kind)) {
            draft = draft.at(node);
        }
        out.push(if holds_volume(old) { draft.apply(Apply::DataLoss) } else { draft });
    }
}

/// The field that makes it another object.
fn identity(kind: RenameKind) -> &'static [&'static str] {
    match kind {
        RenameKind::Namespace => &["metadata", "namespace"],
        RenameKind::Group => &["apiVersion"],
        RenameKind::Kind => &["kind"],
        RenameKind::Name | RenameKind::Generated => &["metadata", "name"],
    }
}

fn becomes(rename: &Rename<'_>, new: &Resource) -> String {
    match rename.kind {
        RenameKind::Namespace if new.key.namespace.is_empty() => {
            format!("`{}` without a namespace", new.key.name)
        }
        RenameKind::Namespace => format!("`{}` in namespace `{}`", new.key.name, new.key.namespace),
        RenameKind::Group => format!("`{}` of `{}`", new.key, new.gvk.api_version()),
        _ => format!("`{}`", new.key),
    }
}

fn holds_volume(object: &Resource) -> bool {
    object.gvk.is("", "PersistentVolumeClaim")
}

/// What does not come along, and how bad that is.
fn loss(old: &Resource) -> Option<(&'static str, Severity)> {
    use Severity::{Error, Warning};
    Some(match (&*old.gvk.group, &*old.gvk.kind) {
        ("", "PersistentVolumeClaim") => (
            "the new claim is empty, and the data of the old one goes unless its volume is \
             retained",
            Error,
        ),
        ("apps", "StatefulSet") if old.at(&["spec", "volumeClaimTemplates"]).is_some() => {
            ("claims are named after it, so the new one starts with empty volumes", Error)
        }
        ("apps", "StatefulSet" | "Deployment" | "DaemonSet")
        | ("apps.openshift.io", "DeploymentConfig") => {
            ("for a while none or both of them run", Warning)
        }
        ("", "Service") => ("its address and DNS name change", Warning),
        ("", "Namespace") => ("everything in the old namespace goes with it", Error),
        ("networking.k8s.io", "Ingress") | ("gateway.networking.k8s.io", _) => {
            ("routes are down until the new one is taken up", Warning)
        }
        ("helm.toolkit.fluxcd.io", "HelmRelease") => (
            "the old release is uninstalled and a new one installed, with nothing in common",
            Warning,
        ),
        ("apiextensions.k8s.io", _) => ("every object of the old kind goes with it", Error),
        _ => return None,
    })
}

/// A generated name that no longer carries the hash of its content.
fn hash_lost(old: &Resource, new: &Resource) -> Option<(&'static str, Severity)> {
    let hash = old.key.name.strip_prefix(&*new.key.name)?.strip_prefix('-')?;
    let lost = hash.len() == HASH && hash.bytes().all(|b| b.is_ascii_alphanumeric());
    lost.then_some((
        "without a hash in its name later changes of it no longer restart who reads it",
        Severity::Warning,
    ))
}

/// The length of the hash that generators append.
const HASH: usize = 10;

fn help(old: &Resource) -> &'static str {
    match &*old.gvk.kind {
        "PersistentVolumeClaim" | "StatefulSet" => {
            "keep the name; or bring the new one up beside the old, copy the data, switch over, \
             and remove the old one last"
        }
        "Namespace" => {
            "add the new namespace first, move what stands in the old one, and remove it last"
        }
        _ => "add the new one first and remove the old one when nothing uses it any more",
    }
}
