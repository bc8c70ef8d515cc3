//! `chart-version-only`: edits of a chart in the repository do not reach the cluster.

use gitops_model::FieldPath;
use gitops_yaml::Node;

use crate::{Check, Draft, State};

rule!(
    "chart-version-only",
    Note,
    Check::State(check),
    "takes a chart from files, and sees its edits only when its version changes",
    Pedantic
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for release in state.of_kind("helm.toolkit.fluxcd.io", "HelmRelease") {
        let Some(chart) = release.at(&["spec", "chart", "spec"]) else { continue };
        let kind = chart.at(&["sourceRef", "kind"]).and_then(Node::text);
        let files = matches!(kind, Some("GitRepository" | "Bucket"));
        if files && chart.get("reconcileStrategy").and_then(Node::text) != Some("Revision") {
            let message = format!(
                "`{}` takes its chart from files: an edit reaches the cluster only when \
                 `version` in `Chart.yaml` changes too",
                release.key
            );
            let mut draft = Draft::new(message)
                .on(release)
                .field(FieldPath::keys(&["spec", "chart", "spec", "reconcileStrategy"]))
                .help("set `reconcileStrategy: Revision`, or raise the version with every edit");
            if let Some(name) = chart.get("chart") {
                draft = draft.at(name);
            }
            out.push(draft);
        }
    }
}
