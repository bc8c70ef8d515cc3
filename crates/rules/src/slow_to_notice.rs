//! `slow-to-notice`: intervals, retries and timeouts under which a failure is noticed late.

use gitops_config::Duration;
use gitops_model::{Environment, FieldPath, Resource};

use crate::{Check, Draft, State};

rule!(
    "slow-to-notice",
    Note,
    Check::State(check),
    "looks for changes, tries again or gives up so late that nobody notices",
    Pedantic
);

/// How soon development sees a commit.
const DEV: u64 = 60;

/// How soon what failed is tried again.
const RETRY: u64 = 30 * 60;

/// How long one attempt may take.
const ATTEMPT: u64 = 30 * 60;

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    let dev = state.cluster.cluster.environment == Environment::Dev;
    let told = state.of_kind("notification.toolkit.fluxcd.io", "Receiver").next().is_some();
    for source in state.of_kind("source.toolkit.fluxcd.io", "GitRepository") {
        if dev && !told {
            let why = "development sees a commit only then, and no Receiver tells it sooner";
            out.extend(longer(source, "interval", DEV, why, "set `interval: 1m`"));
        }
    }
    for unit in state.of_kind("kustomize.toolkit.fluxcd.io", "Kustomization") {
        let retry = if unit.at(&["spec", "retryInterval"]).is_some() {
            "retryInterval"
        } else {
            "interval"
        };
        let why = "what failed is tried again only then";
        out.extend(longer(unit, retry, RETRY, why, "set `retryInterval: 2m`"));
        let why = "what does not become ready holds up everything else for as long";
        out.extend(longer(unit, "timeout", ATTEMPT, why, "set `timeout: 5m`"));
    }
    for release in state.of_kind("helm.toolkit.fluxcd.io", "HelmRelease") {
        let why = "a release that does not become ready is given up only then";
        out.extend(longer(release, "timeout", ATTEMPT, why, "set `timeout: 5m`"));
    }
}

/// A duration that is longer than it should be.
fn longer(object: &Resource, key: &str, most: u64, why: &str, help: &str) -> Option<Draft> {
    let node = object.at(&["spec", key])?;
    let text = node.text()?;
    let long = Duration::parse(text).is_some_and(|d| d.seconds > most);
    long.then(|| {
        Draft::new(format!("`{}` has `{key}: {text}`: {why}", object.key))
            .on(object)
            .field(FieldPath::keys(&["spec", key]))
            .at(node)
            .help(help)
    })
}
