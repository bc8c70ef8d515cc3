//! `crd-storage-moved`: objects are stored in another version from now on.

use gitops_model::{Change, FieldPath};

use crate::{Check, Draft, Pair, definition, difference};

rule!(
    "crd-storage-moved",
    Note,
    Check::Change(check),
    "stores the objects of a custom resource in another version"
);

fn check(_: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let Some((old, new)) = definition::both(change) else { return };
    let (Some(before), Some(after)) = (definition::stored(old), definition::stored(new)) else {
        return;
    };
    if before == after {
        return;
    }
    let message = format!(
        "`{}.{}` is stored as `{after}` instead of `{before}`: each object stays as it is until it is next \
         written, and `{before}` has to stay in the definition until the last one is; what was written as \
         `{after}` is read by a revert only if `{before}` can hold it",
        definition::kind(new),
        definition::group(new),
    );
    let path = FieldPath::keys(&["spec", "versions"]);
    let draft = Draft::new(message).on(new).field(path.clone()).help(format!(
        "keep `{before}` in this change; once it is live, write all objects anew (`kubectl get {name} -A -o json | \
         kubectl replace -f -`) and take `{before}` out of `status.storedVersions`",
        name = new.key.name
    ));
    out.push(difference::blame(draft, change, &path));
}
