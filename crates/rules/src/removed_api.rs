//! `removed-api`: an object is written in a version that the API server no longer serves.

use gitops_model::{FieldPath, Severity};
use gitops_schema::removed_api;

use crate::{Check, Draft, State};

rule!(
    "removed-api",
    Error,
    Check::State(check),
    "is written in a version that the API server no longer serves"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for (_, object) in state.objects() {
        let Some(removal) = removed_api(&object.gvk) else { continue };
        let (Some(node), gone) = (object.at(&["apiVersion"]), state.version >= removal.version())
        else {
            continue;
        };
        let (tense, severity) =
            if gone { ("is", Severity::Error) } else { ("will be", Severity::Note) };
        let message = format!(
            "`{}` is written as `{}`, which {tense} no longer served from Kubernetes {} on{}",
            object.key,
            object.gvk.api_version(),
            removal.version(),
            if gone { ", so it cannot be applied" } else { "" },
        );
        let help = match &removal.instead {
            Some(instead) => format!("write it as `{instead}`; fields may have moved"),
            None => "nothing takes its place; remove it".to_owned(),
        };
        out.push(
            Draft::new(message)
                .on(object)
                .field(FieldPath::keys(&["apiVersion"]))
                .at(node)
                .severity(severity)
                .help(help),
        );
    }
}
