//! `chart-major`: a chart moves to another major version.

use gitops_model::{Change, Release};

use crate::difference::Difference;
use crate::{Check, Draft, Pair};

rule!("chart-major", Warning, Check::Change(check), "moves a chart to another major version");

fn check(pair: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let gvk = &change.object().gvk;
    let keys: &[&str] = match (&*gvk.group, &*gvk.kind) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") => &["spec", "chart", "spec", "version"],
        ("source.toolkit.fluxcd.io", "HelmChart") => &["spec", "version"],
        ("source.toolkit.fluxcd.io", "OCIRepository") => &["spec", "ref", "tag"],
        _ => return of_releases(pair, change, out),
    };
    let Some(found) = Difference::at(change, keys) else { return };
    let (before, after) = found.texts();
    if let Some(message) = message(change, before, after) {
        out.push(found.draft(message).help(HELP));
    }
}

/// Each source of an Application may be a chart, and each entry of `helmCharts` is one.
fn of_releases(pair: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let Some(before) = &pair.before else { return };
    let own = |release: &&Release| release.object.key == change.key;
    for new in pair.after.cluster.releases.iter().filter(own) {
        let same = |old: &&Release| old.chart.name == new.chart.name;
        let Some(old) = before.cluster.releases.iter().filter(own).find(same) else { continue };
        if let Some(message) = message(change, &old.chart.version, &new.chart.version) {
            let draft = Draft::new(message).on(change.object()).at_span(new.chart.span);
            out.push(draft.help(HELP));
        }
    }
}

const HELP: &str = "read the chart's upgrade notes, and compare `helm template` of both versions with your \
                    values; charts do not upgrade the definitions in their `crds/` folder by default";

/// What is said if a version moves to another major one.
fn message(change: &Change, before: &str, after: &str) -> Option<String> {
    let (old, new) = (major(before)?, major(after)?);
    (old != new).then(|| {
        format!(
            "`{}` moves from `{before}` to `{after}`: a major version may rename values, change \
             immutable fields or need steps by hand",
            change.key
        )
    })
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
