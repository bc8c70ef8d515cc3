//! `no-limits`: a container may take all the memory of its node.

use gitops_graph::PodTemplate;
use gitops_model::FieldPath;
use gitops_yaml::Node;

use crate::{Check, Draft, State};

rule!(
    "no-limits",
    Note,
    Check::State(check),
    "runs a container without a limit of memory",
    Pedantic
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for (_, object) in state.objects() {
        let Some(template) = PodTemplate::of(object) else { continue };
        for container in template.containers() {
            let Some(name) = container.get("name") else { continue };
            if container.at(&["resources", "limits", "memory"]).is_some() {
                continue;
            }
            let text = name.text().unwrap_or_default();
            let requests = container.at(&["resources", "requests"]).map_or(&[][..], Node::entries);
            let message = format!(
                "the container `{text}` of `{}` has no limit of memory{}: it can take down what \
                 runs beside it",
                object.key,
                if requests.is_empty() { ", and requests nothing" } else { "" },
            );
            out.push(
                Draft::new(message)
                    .on(object)
                    .field(FieldPath::keys(&["containers", text, "resources"]))
                    .at(name)
                    .help(
                        "set `resources.requests` to what it needs, and \
                     `resources.limits.memory` to what it may take",
                    ),
            );
        }
    }
}
