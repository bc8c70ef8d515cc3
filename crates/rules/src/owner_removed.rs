//! `owner-removed`: something that applies other objects goes.

use std::sync::Arc;

use gitops_model::{Controller, Resource, Severity};
use gitops_yaml::Node;

use crate::{Check, Draft, Pair, removal, wording};

rule!(
    "owner-removed",
    Warning,
    Check::Pair(check),
    "deletes a Kustomization, Application or HelmRelease, and what it applied"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    for removed in removal::gone_for_good(pair) {
        let Some((what, severity)) = consequence(pair, removed.object) else { continue };
        let message = format!("{}: {what}", removed.deletes_it());
        out.push(removed.draft(message).severity(severity).help(help(removed.object)));
    }
    out.extend(dropped(pair));
}

/// The Applications that an ApplicationSet no longer makes.
fn dropped(pair: &Pair<'_>) -> impl Iterator<Item = Draft> {
    let before = pair.before.as_ref().map_or(&[][..], |b| &b.cluster.units);
    before.iter().filter_map(|unit| {
        let application = unit.object.as_ref().filter(|_| unit.controller == Controller::ArgoCd)?;
        let stays = pair.after.cluster.unit(&unit.id).is_some();
        (!stays && removal::is_generated(pair, application)).then(|| {
            Draft::new(format!(
                "nothing makes `{}` any more: {} go with it",
                application.key,
                applied(pair, application)
            ))
            .on(application)
            .severity(Severity::Error)
            .help(
                "to keep what it applied, first set `preserveResourcesOnDeletion: true` on \
             its ApplicationSet and wait until that is live",
            )
        })
    })
}

/// What goes with the owner, and how bad that is.
fn consequence(pair: &Pair<'_>, owner: &Arc<Resource>) -> Option<(String, Severity)> {
    let flag = |keys: &[&str]| owner.at(keys).and_then(Node::as_bool).unwrap_or(false);
    match (&*owner.gvk.group, &*owner.gvk.kind) {
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => {
            let applied = applied(pair, owner);
            let policy = owner.at(&["spec", "deletionPolicy"]).and_then(Node::text);
            Some(if flag(&["spec", "suspend"]) {
                (
                    format!("it is suspended, so {applied} stay behind without an owner"),
                    Severity::Note,
                )
            } else if policy == Some("Orphan")
                || policy.is_none_or(|p| p == "MirrorPrune") && !flag(&["spec", "prune"])
            {
                (format!("{applied} stay behind without an owner"), Severity::Note)
            } else {
                (format!("{applied} go with it"), Severity::Warning)
            })
        }
        ("argoproj.io", "Application") => {
            let applied = applied(pair, owner);
            Some(if removal::cascades(owner) {
                (format!("{applied} go with it, as its finalizer asks"), Severity::Warning)
            } else {
                (
                    format!("{applied} stay behind without an owner, as it has no finalizer"),
                    Severity::Note,
                )
            })
        }
        ("argoproj.io", "ApplicationSet") => {
            let keeps = flag(&["spec", "syncPolicy", "preserveResourcesOnDeletion"]);
            Some(if keeps {
                (
                    "every Application that it made goes, and what those applied stays behind"
                        .to_owned(),
                    Severity::Warning,
                )
            } else {
                (
                    "every Application that it made goes, and all that those applied".to_owned(),
                    Severity::Error,
                )
            })
        }
        ("helm.toolkit.fluxcd.io", "HelmRelease") => {
            Some(if flag(&["spec", "suspend"]) {
                (
                    "it is suspended, so the release stays installed without an owner".to_owned(),
                    Severity::Note,
                )
            } else {
                ("the release is uninstalled with all that its chart made; definitions from its \
             `crds/` folder and claims of StatefulSets stay".to_owned(), Severity::Warning)
            })
        }
        _ => None,
    }
}

/// How many objects it applied, as far as the repository shows.
fn applied(pair: &Pair<'_>, owner: &Arc<Resource>) -> String {
    let units = pair.before.as_ref().map_or(&[][..], |b| &b.cluster.units);
    let own = units.iter().find(|u| u.object.as_ref().is_some_and(|o| o.key == owner.key));
    match own.map_or(0, |u| u.resources.len()) {
        0 => "the objects that it applied".to_owned(),
        n => format!("the {} that it applied", wording::count(n, "object")),
    }
}

fn help(owner: &Resource) -> &'static str {
    match &*owner.gvk.kind {
        "Kustomization" => {
            "to keep what it applied, first commit `prune: false` or `deletionPolicy: Orphan` \
             and wait until that is live; `flux tree kustomization` lists it"
        }
        "Application" => {
            "to keep what it applied, delete it with `--cascade=false`, or take its finalizer \
             away first"
        }
        "ApplicationSet" => {
            "to keep what they applied, first set `preserveResourcesOnDeletion: \
         true` and wait until that is live"
        }
        _ => "to keep the release, suspend it first and wait until that is live",
    }
}
