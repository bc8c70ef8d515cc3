//! `release-not-remediated`: a failed upgrade of a HelmRelease stays as it is.

use gitops_model::{FieldPath, Resource, Severity};
use gitops_yaml::Node;

use crate::{Check, Draft, State};

rule!(
    "release-not-remediated",
    Warning,
    Check::State(check),
    "does not recover from a failed upgrade, or tries for ever",
    Pedantic
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for release in state.of_kind("helm.toolkit.fluxcd.io", "HelmRelease") {
        out.extend(fault(release));
        out.extend(unseen(release));
    }
}

fn fault(release: &Resource) -> Option<Draft> {
    let keys = ["spec", "upgrade", "remediation"];
    let strategy = release.at(&["spec", "upgrade", "strategy", "name"]).and_then(Node::text);
    if strategy == Some("RetryOnFailure") {
        return None;
    }
    match release.at(&keys).map(|r| (r, r.get("retries").and_then(Node::as_i64))) {
        None => Some(
            Draft::new(format!(
                "`{}` has no `spec.upgrade.remediation`: a failed upgrade is \
             neither tried again nor rolled back",
                release.key
            ))
            .on(release)
            .field(FieldPath::keys(&keys))
            .help("set `retries: 3`, which also rolls back in between"),
        ),
        Some((remediation, Some(retries))) if retries < 0 => Some(
            Draft::new(format!("`{}` retries a failed upgrade without end", release.key))
                .on(release)
                .field(FieldPath::keys(&keys))
                .at(remediation.get("retries")?)
                .severity(Severity::Note)
                .help("bound `retries`, so that someone is told"),
        ),
        Some(_) => None,
    }
}

/// Without waiting an upgrade succeeds as soon as its objects are accepted, so it hardly ever fails.
fn unseen(release: &Resource) -> Option<Draft> {
    let keys = ["spec", "upgrade", "disableWait"];
    let off = release.at(&keys).filter(|n| n.as_bool() == Some(true))?;
    release.at(&["spec", "upgrade", "remediation"])?;
    Some(
        Draft::new(format!(
            "`{}` is remediated when an upgrade fails, and `disableWait: true` lets it succeed \
             before any pod runs: pods that do not start are not noticed",
            release.key
        ))
        .on(release)
        .field(FieldPath::keys(&keys))
        .at(off)
        .severity(Severity::Note)
        .help("take `disableWait` out, and give it a `timeout` that is long enough"),
    )
}
