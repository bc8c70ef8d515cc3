//! `api-not-yet-served`: an object is written in a version that the API server does not serve yet.

use gitops_model::{FieldPath, Gvk, KubernetesVersion};
use gitops_schema::served;

use crate::{Check, Draft, State};

rule!(
    "api-not-yet-served",
    Error,
    Check::State(check),
    "is written in a version that the API server does not serve yet"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for (_, object) in state.objects() {
        let Some(node) = object.at(&["apiVersion"]) else { continue };
        let Some(since) = since(&object.gvk, state.version) else { continue };
        let message = format!(
            "`{}` is written as `{}`, which is served from Kubernetes {since} on, and `{}` has {}: it \
             cannot be applied",
            object.key,
            object.gvk.api_version(),
            state.name(),
            state.version,
        );
        let help = "write it in a version that the cluster serves, or upgrade the cluster first";
        let field = FieldPath::keys(&["apiVersion"]);
        out.push(Draft::new(message).on(object).field(field).at(node).help(help));
    }
}

/// The first release that serves it, where this one does not and a newer one does.
fn since(gvk: &Gvk, release: KubernetesVersion) -> Option<KubernetesVersion> {
    if served(gvk, release).is_some() {
        return None;
    }
    let newer = release.minor + 1..=KubernetesVersion::NEWEST.minor;
    let mut newer = newer.map(|minor| KubernetesVersion { minor, ..release });
    newer.find(|newer| served(gvk, *newer).is_some())
}
