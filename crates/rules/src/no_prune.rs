//! `no-prune`: what leaves the repository stays on the cluster.

use gitops_model::FieldPath;
use gitops_yaml::Node;

use crate::{Check, Draft, State};

rule!(
    "no-prune",
    Note,
    Check::State(check),
    "does not delete from the cluster what leaves the repository",
    Pedantic
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    let kinds: [(&str, &str, &[&str]); 2] = [
        ("kustomize.toolkit.fluxcd.io", "Kustomization", &["spec", "prune"]),
        ("argoproj.io", "Application", &["spec", "syncPolicy", "automated", "prune"]),
    ];
    for (group, kind, keys) in kinds {
        for object in state.of_kind(group, kind) {
            let holder = object.at(&keys[..keys.len() - 1]);
            let on = object.at(keys).and_then(Node::as_bool) == Some(true);
            let Some(holder) = holder.filter(|_| !on) else { continue };
            let message = format!(
                "`{}` does not prune: what is taken out of the repository stays on the cluster, \
                 and nobody looks after it",
                object.key
            );
            out.push(
                Draft::new(message)
                    .on(object)
                    .field(FieldPath::keys(keys))
                    .at(object.at(keys).unwrap_or(holder))
                    .help("set `prune: true`, and mark what must stay"),
            );
        }
    }
}
