//! `sync-not-retried`: an Application gives up at once, or never takes what mends it.

use gitops_api::argocd::Application;
use gitops_model::{FieldPath, Severity};
use gitops_yaml::Node;

use crate::{Check, Draft, State};

rule!(
    "sync-not-retried",
    Warning,
    Check::State(check),
    "gives up after one failed sync, or tries the same revision for ever"
);

const RETRY: [&str; 3] = ["spec", "syncPolicy", "retry"];

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for object in state.of_kind("argoproj.io", "Application") {
        let syncs = Application::of(object).is_some_and(|a| a.automated().is_some());
        let retry = object.at(&RETRY).filter(|_| syncs);
        let Some(limit) = retry.and_then(|retry| retry.get("limit")) else { continue };
        let renews = retry.and_then(|r| r.get("refresh")).and_then(Node::as_bool) == Some(true);
        let (severity, what, help) = match limit.as_i64() {
            Some(0) => (
                Severity::Note,
                "is not tried again when a sync fails, until the next commit",
                "set `retry.limit` to 5, which it is without `retry`",
            ),
            Some(number) if number < 0 && !renews => (
                Severity::Warning,
                "tries a failed sync for ever, at the revision where it began: a commit that mends it waits",
                "set a `limit`, or `refresh: true`, which takes the newest revision (Argo CD 3.2 on)",
            ),
            _ => continue,
        };
        out.push(
            Draft::new(format!("`{}` {what}", object.key))
                .on(object)
                .field(FieldPath::keys(&RETRY).key("limit"))
                .severity(severity)
                .at(limit)
                .help(help),
        );
    }
}
