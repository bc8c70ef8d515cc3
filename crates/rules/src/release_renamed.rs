//! `release-renamed`: a HelmRelease becomes another release.

use gitops_model::{Apply, Change, Resource, Severity};
use gitops_yaml::Node;

use crate::difference::Difference;
use crate::{Check, Draft, Pair, wording};

rule!(
    "release-renamed",
    Error,
    Check::Change(check),
    "makes Helm uninstall a release and install another"
);

const IDENTITY: [&[&str]; 4] = [
    &["spec", "releaseName"],
    &["spec", "targetNamespace"],
    &["spec", "storageNamespace"],
    &["spec", "chart", "spec", "chart"],
];

fn check(_: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let (Some(old), Some(new)) = (&change.old, &change.new) else { return };
    if !new.gvk.is("helm.toolkit.fluxcd.io", "HelmRelease") {
        return;
    }
    let identity = (identity(old), identity(new));
    for keys in IDENTITY {
        let Some(found) = Difference::at(change, keys) else { continue };
        let chart = keys[1] == "chart";
        // A name that is spelled out and equals the default changes nothing.
        if !chart && identity.0 == identity.1
            || chart && (found.before.is_none() || found.after.is_none())
        {
            continue;
        }
        let (before, after) = wording::values(found.before, found.after);
        let message = format!(
            "`{}` of `{}` changes from {} to {}: Helm uninstalls the old release and installs a \
             new one, with an outage and new volumes",
            keys.join("."),
            change.key,
            before,
            after,
        );
        out.push(found.draft(message).apply(Apply::Recreated).help(
            "keep the identity; or install the new release under \
         another HelmRelease, move over, and remove the old one last",
        ));
    }
    if let Some(found) = Difference::at(change, &["spec", "chartRef"])
        && found.before.is_none()
    {
        let message = format!(
            "`{}` takes its chart from `chartRef` now: if that is another \
         chart, Helm uninstalls the old release",
            change.key
        );
        out.push(found.draft(message).severity(Severity::Note));
    }
}

/// Where Helm keeps the release and under which name, defaults filled in. Helm shortens long names.
fn identity(release: &Resource) -> (String, String, String) {
    let text = |key| release.at(&["spec", key]).and_then(Node::text).filter(|t| !t.is_empty());
    let own = release.key.namespace.to_string();
    let target = text("targetNamespace").map(str::to_owned);
    let name = match (text("releaseName"), &target) {
        (Some(name), _) => name.to_owned(),
        (None, Some(target)) => format!("{target}-{}", release.key.name),
        (None, None) => release.key.name.to_string(),
    };
    let storage = text("storageNamespace").map_or_else(|| own.clone(), str::to_owned);
    (name, target.unwrap_or(own), storage)
}
