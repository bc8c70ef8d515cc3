//! `source-moved`: a source follows another branch, tag or version.

use gitops_model::{Change, Unit};

use crate::difference::Difference;
use crate::{Check, Draft, Pair, wording};

rule!(
    "source-moved",
    Note,
    Check::Change(check),
    "makes a source follow another branch, tag or version"
);

fn check(pair: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let gvk = &change.object().gvk;
    // An artifact that only holds a chart is bumped like any chart.
    let delivers = |unit: &Unit| {
        unit.source.as_ref().is_some_and(|s| {
            (&s.kind, &s.namespace, &s.name) == (&gvk.kind, &change.key.namespace, &change.key.name)
        })
    };
    if gvk.kind == "OCIRepository" && !pair.after.cluster.units.iter().any(delivers) {
        return;
    }
    let fields: &[&[&str]] = match (&*gvk.group, &*gvk.kind) {
        ("source.toolkit.fluxcd.io", "GitRepository" | "OCIRepository") => {
            &[&["spec", "ref"], &["spec", "url"]]
        }
        ("argoproj.io", "Application") => &[&["spec", "source", "targetRevision"]],
        _ => return,
    };
    for keys in fields {
        let Some(found) = Difference::at(change, keys) else { continue };
        let (before, after) = wording::values(found.before, found.after);
        let message = format!(
            "`{}` of `{}` changes from {} to {}: all that is built from it changes at once",
            keys.join("."),
            change.key,
            before,
            after,
        );
        out.push(found.draft(message));
    }
}
