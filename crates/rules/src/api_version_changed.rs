//! `api-version-changed`: an object is written in another version of its API.

use gitops_model::Change;

use crate::difference::Difference;
use crate::{Check, Draft, Pair};

rule!(
    "api-version-changed",
    Note,
    Check::Change(check),
    "writes an object in another version of its API"
);

fn check(_: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let Some(found) = Difference::at(change, &["apiVersion"]) else { return };
    let (before, after) = found.texts();
    let message = format!(
        "`{}` is written as `{after}` instead of `{before}`: it stays the same object, and the \
         cluster must serve `{after}`",
        change.key
    );
    out.push(found.draft(message).help(format!(
        "`kubectl api-resources --api-group={}` shows what a cluster serves",
        change.key.group
    )));
}
