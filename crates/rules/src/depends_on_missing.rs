//! `depends-on-missing`: something waits for what does not exist.

use gitops_model::{FieldPath, ObjectKey};
use gitops_yaml::Node;

use crate::{Check, Draft, State};

rule!(
    "depends-on-missing",
    Error,
    Check::State(check),
    "waits for something that does not exist, so it is never applied"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    units(state, out);
    releases(state, out);
}

fn units(state: &State<'_>, out: &mut Vec<Draft>) {
    for unit in &state.cluster.units {
        for (index, (target, span)) in unit.depends_on.iter().enumerate() {
            if state.cluster.unit(target).is_none() && !state.is_declared(target) {
                let mut draft = Draft::new(format!(
                    "`{}` waits for `{target}`, which does not exist; it is not applied until it does",
                    unit.id
                ))
                .field(FieldPath::keys(&["spec", "dependsOn"]).index(index))
                .help("correct the name or namespace, or take the entry out");
                if let Some(object) = &unit.object {
                    draft = draft.on(object);
                }
                out.push(draft.at_span(*span));
            }
        }
    }
}

fn releases(state: &State<'_>, out: &mut Vec<Draft>) {
    for release in state.of_kind("helm.toolkit.fluxcd.io", "HelmRelease") {
        let list = release.at(&["spec", "dependsOn"]).map_or(&[][..], Node::items);
        for (index, entry) in list.iter().enumerate() {
            let Some(name) = entry.get("name") else { continue };
            let namespace = entry.get("namespace").and_then(Node::text);
            let target = ObjectKey {
                namespace: namespace.unwrap_or(&release.key.namespace).into(),
                name: name.text().unwrap_or_default().into(),
                ..release.key.clone()
            };
            if state.object(&target).is_none() {
                out.push(
                    Draft::new(format!(
                        "`{}` waits for `{target}`, which does not exist; it is not installed or upgraded until it does",
                        release.key
                    ))
                    .on(release)
                    .field(FieldPath::keys(&["spec", "dependsOn"]).index(index))
                    .at(name)
                    .help("correct the name or namespace, or take the entry out"),
                );
            }
        }
    }
}
