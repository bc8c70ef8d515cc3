//! `left-behind`: an object leaves the repository but not the cluster.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_model::{Controller, Resource, Unit, UnitId};

use crate::keeping::{Kept, kept};
use crate::{Check, Draft, Pair, wording};

rule!(
    "left-behind",
    Note,
    Check::Pair(check),
    "takes an object out of the repository that stays on the cluster"
);

type Left<'a> = (&'a Arc<Resource>, &'a Unit, Kept);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    let mut others: BTreeMap<(&UnitId, &str), Vec<Left<'_>>> = BTreeMap::new();
    for (_, object, unit) in pair.removed() {
        let Some(why) = kept(pair, object, unit).filter(|why| is_own(*why)) else { continue };
        let left = (object, unit, why);
        if goes_on(object).is_some() {
            out.push(alone(&left));
        } else {
            others.entry((&unit.id, reason(why))).or_default().push(left);
        }
    }
    out.extend(others.into_values().filter_map(|left| together(&left)));
}

/// Whether the object stays for its own sake. What stays because of its owner is told of the owner.
fn is_own(why: Kept) -> bool {
    matches!(why, Kept::NotPruned | Kept::Marked | Kept::Suspended | Kept::Abandoned)
}

/// What an object goes on doing that is worth a line of its own.
fn goes_on(object: &Resource) -> Option<&'static str> {
    Some(match (&*object.gvk.group, &*object.gvk.kind) {
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => {
            "it goes on applying its folder, and stops with an error where the folder is gone"
        }
        ("helm.toolkit.fluxcd.io", "HelmRelease") => "its release goes on being installed",
        ("argoproj.io", "Application" | "ApplicationSet") => "it goes on applying its source",
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet") => "its pods go on running",
        ("batch", "CronJob") => "it goes on starting Jobs",
        ("", "Service") => "it goes on holding its address",
        ("", "Namespace") => "everything in it stays",
        ("", "PersistentVolumeClaim" | "PersistentVolume") => "its data stays",
        ("apiextensions.k8s.io", "CustomResourceDefinition") => "objects of its kind stay too",
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => "it goes on being asked, and refuses writes where nothing answers any more",
        _ => return None,
    })
}

fn alone(left: &Left<'_>) -> Draft {
    let (object, unit, why) = left;
    let message = format!(
        "`{}` leaves the repository and stays on the cluster, where nobody updates it any more: {}; {}",
        object.key,
        because(*why, unit),
        goes_on(object).unwrap_or("it stays as it is"),
    );
    Draft::new(message).on(object).help(help(*why, unit, object))
}

fn together(left: &[Left<'_>]) -> Option<Draft> {
    let (first, unit, why) = left.first()?;
    let (leave, stay) = if left.len() == 1 { ("leaves", "stays") } else { ("leave", "stay") };
    let message = format!(
        "{} {leave} the repository and {stay} on the cluster without an owner: {}",
        wording::list(left.iter().map(|(object, ..)| &object.key)),
        because(*why, unit),
    );
    Some(Draft::new(message).on(first).help(help(*why, unit, first)))
}

fn reason(why: Kept) -> &'static str {
    match why {
        Kept::Marked => "marked",
        Kept::Suspended => "suspended",
        Kept::Abandoned => "abandoned",
        _ => "not pruned",
    }
}

fn because(why: Kept, unit: &Unit) -> String {
    match why {
        Kept::Marked => "it is marked to be kept".to_owned(),
        Kept::Suspended => {
            format!("`{}` is suspended, and deletes nothing before it is resumed", unit.id)
        }
        Kept::Abandoned => "what its cluster starts from is gone, so nothing deletes it".to_owned(),
        _ if unit.controller == Controller::ArgoCd => {
            format!("`{}` does not prune by itself", unit.id)
        }
        _ => format!("`{}` has `prune: false`", unit.id),
    }
}

/// The commands that show it and take it away.
fn help(why: Kept, unit: &Unit, object: &Resource) -> String {
    let get = wording::get(&object.key);
    let by_hand = format!(
        "`{get}` shows it; if it should go, `{}`",
        get.replacen("kubectl get", "kubectl delete", 1)
    );
    match why {
        Kept::Suspended => format!("{by_hand}, or resume `{}`, which then deletes it", unit.id),
        _ => by_hand,
    }
}
