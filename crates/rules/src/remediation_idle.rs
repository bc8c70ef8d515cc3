//! `remediation-idle`: a HelmRelease asks to be rolled back in a way that cannot work.

use gitops_model::{FieldPath, Resource};
use gitops_yaml::Node;

use crate::{Check, Draft, State};

rule!("remediation-idle", Warning, Check::State(check), "asks for a remediation that cannot work");

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for release in state.of_kind("helm.toolkit.fluxcd.io", "HelmRelease") {
        out.extend(no_history(release));
        out.extend(["install", "upgrade"].iter().filter_map(|action| unseen(release, action)));
    }
}

fn retries(release: &Resource, action: &str) -> Option<i64> {
    release.at(&["spec", action, "remediation", "retries"]).and_then(Node::as_i64)
}

/// A rollback needs the release before.
fn no_history(release: &Resource) -> Option<Draft> {
    let history = release.at(&["spec", "maxHistory"])?;
    let rolls = release.at(&["spec", "upgrade", "remediation", "strategy"]).and_then(Node::text);
    let wanted = retries(release, "upgrade").is_some_and(|n| n != 0) && rolls != Some("uninstall");
    (wanted && history.as_i64() == Some(1)).then(|| {
        Draft::new(format!(
            "`{}` is to be rolled back when an upgrade fails, and `maxHistory: 1` keeps nothing to \
             go back to",
            release.key
        ))
        .on(release)
        .field(FieldPath::keys(&["spec", "maxHistory"]))
        .at(history)
        .help("keep at least two releases, or take `maxHistory` out, which keeps five")
    })
}

/// Without waiting an action succeeds as soon as its objects are accepted, so it hardly ever fails.
fn unseen(release: &Resource, action: &str) -> Option<Draft> {
    let keys = ["spec", action, "disableWait"];
    let off = release.at(&keys).filter(|n| n.as_bool() == Some(true))?;
    retries(release, action).filter(|n| *n != 0)?;
    Some(
        Draft::new(format!(
            "`{}` is to be remediated when its {action} fails, and `disableWait: true` lets it \
             succeed before any pod runs: a broken one is not noticed",
            release.key
        ))
        .on(release)
        .field(FieldPath::keys(&keys))
        .at(off)
        .help("take `disableWait` out, and give it a `timeout` that is long enough"),
    )
}
