//! `delivery-changed`: a Kustomization or Application delivers from elsewhere, to elsewhere, or otherwise.

use gitops_model::{Change, Severity};
use gitops_yaml::Node;

use crate::difference::Difference;
use crate::{Check, Draft, Pair, wording};

rule!(
    "delivery-changed",
    Note,
    Check::Change(check),
    "changes what a Kustomization or Application delivers, where to, or how"
);

/// A field, how bad a change of it is, and what it means.
type Field = (&'static [&'static str], Severity, &'static str);

const KUSTOMIZATION: &[Field] = &[
    (
        &["spec", "path"],
        Severity::Note,
        "what is not in the new folder too is pruned, and what is new there is created",
    ),
    (&["spec", "sourceRef"], Severity::Note, "everything is built from another source"),
    (
        &["spec", "targetNamespace"],
        Severity::Warning,
        "every namespaced object is created again \
     in the new namespace, and the old ones are pruned, volumes included",
    ),
    (
        &["spec", "postBuild", "substitute"],
        Severity::Note,
        "every `${…}` of that name in what it builds is filled anew",
    ),
    (
        &["spec", "postBuild", "substituteFrom"],
        Severity::Note,
        "every `${…}` in what it builds is filled from these objects, whose values may be known to the cluster alone",
    ),
    (
        &["spec", "kubeConfig"],
        Severity::Warning,
        "everything is applied to another cluster, and nothing is taken away from the old one",
    ),
];

const APPLICATION: &[Field] = &[
    (
        &["spec", "source", "path"],
        Severity::Note,
        "what is not in the new folder too is pruned, if pruning is on",
    ),
    (&["spec", "source", "repoURL"], Severity::Note, "everything is built from another source"),
    (
        &["spec", "destination"],
        Severity::Warning,
        "everything is created in the new place, and \
     what stands in the old one stays there or is pruned",
    ),
    (
        &["spec", "project"],
        Severity::Warning,
        "another project decides which sources and destinations it may use",
    ),
];

fn check(_: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let gvk = &change.object().gvk;
    let fields = match (&*gvk.group, &*gvk.kind) {
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => KUSTOMIZATION,
        ("argoproj.io", "Application") => APPLICATION,
        _ => return,
    };
    for (keys, severity, meaning) in fields {
        let Some(found) = Difference::at(change, keys).map(Difference::narrowed) else { continue };
        let (before, after) = wording::values(found.before, found.after);
        let message = format!(
            "`{}` of `{}` changes from {} to {}: {meaning}",
            found.path, change.key, before, after,
        );
        out.push(found.draft(message).severity(*severity));
    }
    out.extend(prune(change).or_else(|| automated(change)));
    out.extend(waits_no_more(change));
}

/// What a Kustomization no longer waits for; that it waits for more harms nobody.
fn waits_no_more(change: &Change) -> Option<Draft> {
    let found = Difference::at(change, &["spec", "dependsOn"])?;
    let names = |list: Option<&Node>| -> Vec<String> {
        let items = list.map(Node::items).unwrap_or_default().iter();
        items.filter_map(|item| Some(format!("`{}`", item.get("name")?.text()?))).collect()
    };
    let after = names(found.after);
    let gone: Vec<String> =
        names(found.before).into_iter().filter(|name| !after.contains(name)).collect();
    let message = format!(
        "`{}` no longer waits for {}: on a new cluster they come up in any order",
        change.key,
        gone.join(" and ")
    );
    (!gone.is_empty()).then(|| found.draft(message))
}

fn prune(change: &Change) -> Option<Draft> {
    let found = Difference::at(change, &["spec", "prune"])?;
    let (severity, meaning) = match found.texts().1 {
        "true" => (
            Severity::Warning,
            "everything that it applied once and no longer renders is deleted at the next run",
        ),
        _ => (Severity::Note, "what leaves the repository from now on stays on the cluster"),
    };
    let message = format!("`{}` now has `prune: {}`: {meaning}", change.key, found.texts().1);
    Some(found.draft(message).severity(severity))
}

fn automated(change: &Change) -> Option<Draft> {
    let found = Difference::at(change, &["spec", "syncPolicy", "automated"])?;
    let meaning = match (found.before, found.after) {
        (None, _) => "from now on every change is applied without a person",
        (_, None) => "from now on nothing is applied until a person syncs it",
        _ => "what is corrected and pruned without a person is not the same as before",
    };
    Some(found.draft(format!("`spec.syncPolicy.automated` of `{}` changes: {meaning}", change.key)))
}
