//! `drift-uncorrected`: what is changed by hand on the cluster stays.

use gitops_model::FieldPath;
use gitops_yaml::Node;

use crate::{Check, Draft, State};

rule!(
    "drift-uncorrected",
    Note,
    Check::State(check),
    "does not set back what is changed by hand on the cluster",
    Pedantic
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for release in state.of_kind("helm.toolkit.fluxcd.io", "HelmRelease") {
        let keys = ["spec", "driftDetection", "mode"];
        if release.at(&keys).and_then(Node::text) != Some("enabled") {
            let message = format!(
                "`{}` does not correct drift: what is changed by hand stays until the next upgrade",
                release.key
            );
            let draft = Draft::new(message)
                .on(release)
                .field(FieldPath::keys(&keys))
                .help("set `driftDetection: { mode: enabled }`");
            out.push(release.at(&keys).into_iter().fold(draft, Draft::at));
        }
    }
    for application in state.of_kind("argoproj.io", "Application") {
        let Some(automated) = application.at(&["spec", "syncPolicy", "automated"]) else {
            continue;
        };
        let keys = ["spec", "syncPolicy", "automated", "selfHeal"];
        if automated.get("selfHeal").and_then(Node::as_bool) != Some(true) {
            let message = format!(
                "`{}` syncs by itself and does not correct drift: what is \
             changed by hand stays until the next commit",
                application.key
            );
            out.push(
                Draft::new(message)
                    .on(application)
                    .field(FieldPath::keys(&keys))
                    .at(automated)
                    .help("set `selfHeal: true`"),
            );
        }
    }
}
