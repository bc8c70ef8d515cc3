//! `chart-major`: a chart moves to another major version.

use gitops_model::Change;

use crate::difference::Difference;
use crate::{Check, Draft, Pair};

rule!("chart-major", Warning, Check::Change(check), "moves a chart to another major version");

fn check(_: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let gvk = &change.object().gvk;
    let keys: &[&str] = match (&*gvk.group, &*gvk.kind) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") => &["spec", "chart", "spec", "version"],
        ("source.toolkit.fluxcd.io", "HelmChart") => &["spec", "version"],
        ("source.toolkit.fluxcd.io", "OCIRepository") => &["spec", "ref", "tag"],
        ("argoproj.io", "Application")
            if change.object().at(&["spec", "source", "chart"]).is_some() =>
        {
            &["spec", "source", "targetRevision"]
        }
        _ => return,
    };
    let Some(found) = Difference::at(change, keys) else { return };
    let (before, after) = found.texts();
    let (Some(old), Some(new)) = (major(before), major(after)) else { return };
    if old == new {
        return;
    }
    let message = format!(
        "`{}` moves from `{before}` to `{after}`: a major version may rename values, change \
         immutable fields or need steps by hand",
        change.key
    );
    out.push(found.draft(message).help(
        "read the chart's upgrade notes, and compare `helm template` of both versions with your \
         values; charts do not upgrade the definitions in their `crds/` folder by default",
    ));
}

/// The first number of a version: 4 of `v4.5.2` and of `4.x`.
fn major(version: &str) -> Option<u32> {
    version
        .trim_start_matches(['v', '^', '~', '=', '>', ' '])
        .split(['.', '-'])
        .next()?
        .parse()
        .ok()
}
