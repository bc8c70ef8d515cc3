//! `crd-version-removed`: a definition no longer serves a version, or stores another one.

use gitops_model::{Change, FieldPath, Severity};
use gitops_yaml::Node;

use crate::definition::{is, versions};
use crate::{Check, Draft, Pair, definition, difference, wording};

rule!(
    "crd-version-removed",
    Error,
    Check::Change(check),
    "takes away a version of a custom resource that objects or clients may use"
);

fn check(pair: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let Some((old, new)) = definition::both(change) else { return };
    let (group, kind) = (definition::group(new), definition::kind(new));
    for version in versions(old).filter(|v| is(v, "served")) {
        let Some(name) = version.get("name").and_then(Node::text) else { continue };
        let after = versions(new).find(|v| v.get("name").and_then(Node::text) == Some(name));
        if after.is_some_and(|v| is(v, "served")) {
            continue;
        }
        let users: Vec<_> = pair
            .after
            .objects()
            .filter(|(_, o)| o.gvk.is(group, kind) && o.gvk.version == *name)
            .map(|(_, o)| &o.key)
            .collect();
        let mut message = format!(
            "`{kind}.{group}` is no longer served as `{name}`: clients that ask for it fail"
        );
        let stored = is(version, "storage") && after.is_none();
        if stored {
            message += ", and the API server refuses the definition while objects are stored in it";
        }
        if !users.is_empty() {
            message += &format!("; {} can no longer be applied", wording::list(&users));
        }
        let path = FieldPath::keys(&["spec", "versions"]);
        // What nothing here is written as, someone else may still ask for.
        let severity =
            if stored || !users.is_empty() { Severity::Error } else { Severity::Warning };
        let draft =
            Draft::new(message).severity(severity).on(new).field(path.clone()).help(format!(
                "first write all objects anew in a version that stays, then take `{name}` out of \
             `status.storedVersions` of `{}`, then remove it",
                new.key.name
            ));
        out.push(difference::blame(draft, change, &path));
    }
}
