//! `owner-removed`: something that applies other objects goes.

use std::sync::Arc;

use gitops_model::{Controller, Resource, Severity};
use gitops_yaml::Node;

use crate::keeping::{cascades, deletes, is_generated, set_keeps};
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
        out.push(removed.draft(message).severity(severity).help(format!(
            "{}; {}",
            help(removed.object),
            proof(removed.object)
        )));
    }
    out.extend(dropped(pair));
}

/// The Applications that an ApplicationSet no longer makes.
fn dropped(pair: &Pair<'_>) -> impl Iterator<Item = Draft> {
    let before = pair.before.as_ref().map_or(&[][..], |b| &b.cluster.units);
    before.iter().filter_map(|unit| {
        let application = unit.object.as_ref().filter(|_| unit.controller == Controller::ArgoCd)?;
        let stays = pair.after.cluster.unit(&unit.id).is_some() || pair.is_abandoned(unit);
        (!stays && is_generated(pair, application)).then(|| {
            let applied = applied(pair, application);
            let (what, severity) = if set_keeps(pair, application) {
                let kept = "stays on the cluster, as its ApplicationSet only creates Applications";
                (format!("{kept}, and goes on applying {applied}"), Severity::Note)
            } else if cascades(application) {
                (format!("goes, and {applied} with it"), Severity::Error)
            } else {
                (format!("goes; {applied} stay behind without an owner"), Severity::Note)
            };
            Draft::new(format!("nothing makes `{}` any more: it {what}", application.key))
                .on(application)
                .severity(severity)
                .help(format!(
                    "to keep what it applied, first set `preserveResourcesOnDeletion: true` on its \
                     ApplicationSet and wait until that is live; {}",
                    proof(application)
                ))
        })
    })
}

/// What goes with the owner, and how bad that is.
fn consequence(pair: &Pair<'_>, owner: &Arc<Resource>) -> Option<(String, Severity)> {
    let flag = |keys: &[&str]| owner.at(keys).and_then(Node::as_bool).unwrap_or(false);
    match (&*owner.gvk.group, &*owner.gvk.kind) {
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => {
            let applied = applied(pair, owner);
            Some(if flag(&["spec", "suspend"]) {
                (
                    format!("it is suspended, so {applied} stay behind without an owner"),
                    Severity::Note,
                )
            } else if !deletes(owner) {
                (format!("{applied} stay behind without an owner"), Severity::Note)
            } else {
                (format!("{applied} go with it"), Severity::Warning)
            })
        }
        ("argoproj.io", "Application") => {
            let applied = applied(pair, owner);
            Some(if cascades(owner) {
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
        ("helm.toolkit.fluxcd.io", "HelmRelease") => Some(if flag(&["spec", "suspend"]) {
            (
                "it is suspended, so the release stays installed without an owner".to_owned(),
                Severity::Note,
            )
        } else {
            (
                    "the release is uninstalled with all that its chart made; behind stay \
                     definitions from its `crds/` folder, claims of StatefulSets, what its hooks made \
                     and what is marked `helm.sh/resource-policy: keep`"
                        .to_owned(),
                    Severity::Warning,
                )
        }),
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
             and wait until that is live"
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

/// The commands that show what goes, and whether it is gone.
fn proof(owner: &Resource) -> String {
    let (name, namespace) = (&owner.key.name, &owner.key.namespace);
    let place = if namespace.is_empty() { String::new() } else { format!(" -n {namespace}") };
    match &*owner.gvk.kind {
        "Kustomization" => format!(
            "`flux tree kustomization {name}{place}` lists it before, and `kubectl get all -A -l \
             kustomize.toolkit.fluxcd.io/name={name}` what is left after"
        ),
        "Application" => format!(
            "`argocd app resources {name}` lists it before, and `kubectl get application \
             {name}{place}` is empty when all of it is gone"
        ),
        "ApplicationSet" => {
            format!("`kubectl get applications{place}` lists what is left")
        }
        _ => {
            let target = owner.at(&["spec", "targetNamespace"]).and_then(Node::text);
            let target = target.map_or(place.clone(), |target| format!(" -n {target}"));
            format!(
                "`helm list{place} --filter {name}` is empty when it is gone, and `kubectl get \
                 all,pvc,secret{target}` shows what is left"
            )
        }
    }
}
