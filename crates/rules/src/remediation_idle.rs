//! `remediation-idle`: a HelmRelease asks to be rolled back in a way that cannot work.

use gitops_model::{FieldPath, Resource};
use gitops_yaml::Node;

use crate::{Check, Draft, State};

rule!("remediation-idle", Warning, Check::State(check), "asks for a remediation that cannot work");

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for release in state.of_kind("helm.toolkit.fluxcd.io", "HelmRelease") {
        out.extend(no_history(release));
    }
}

/// A rollback needs the release before.
fn no_history(release: &Resource) -> Option<Draft> {
    let history = release.at(&["spec", "maxHistory"])?;
    let retries = release.at(&["spec", "upgrade", "remediation", "retries"]).and_then(Node::as_i64);
    let rolls = release.at(&["spec", "upgrade", "remediation", "strategy"]).and_then(Node::text);
    let wanted = retries.is_some_and(|n| n != 0) && rolls != Some("uninstall");
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
