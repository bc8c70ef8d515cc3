//! `version-label-in-selector`: a selector holds a label that changes with every version.

use gitops_model::{FieldPath, Severity};
use gitops_yaml::Node;

use crate::{Check, Draft, State, workload};

rule!(
    "version-label-in-selector",
    Warning,
    Check::State(check),
    "selects by a version, so the next version is refused"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for (_, object) in state.objects().filter(|(_, o)| workload::runs_on(o)) {
        let keys = ["spec", "selector", "matchLabels"];
        for label in object.at(&keys).map_or(&[][..], Node::entries) {
            if !is_version(&label.key, label.value.text().unwrap_or_default()) {
                continue;
            }
            let message = format!(
                "`{}` selects its pods by `{}: {}`: the selector cannot change, so the next \
                 version is refused",
                object.key,
                label.key,
                label.value.text().unwrap_or_default(),
            );
            out.push(
                Draft::new(message)
                    .on(object)
                    .field(FieldPath::keys(&keys).key(&label.key))
                    .at(&label.value)
                    .severity(Severity::Warning)
                    .help(
                        "keep the label on the pods and take it out of the selector, which \
                     needs one recreation; with kustomize use `labels` without `includeSelectors`",
                    ),
            );
        }
    }
}

fn is_version(key: &str, value: &str) -> bool {
    let numbered = value.trim_start_matches('v').split('.').count() > 1
        && value.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit());
    match key {
        "app.kubernetes.io/version" | "helm.sh/chart" => true,
        "chart" | "version" | "release-version" => numbered || key == "chart",
        _ => false,
    }
}
