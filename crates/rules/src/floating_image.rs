//! `floating-image`: an image may be another one tomorrow.

use gitops_graph::PodTemplate;
use gitops_model::FieldPath;
use gitops_yaml::Node;

use crate::{Check, Draft, State};

rule!(
    "floating-image",
    Warning,
    Check::State(check),
    "runs an image that may be another one tomorrow, on no commit",
    Pedantic
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for (_, object) in state.objects() {
        let Some(template) = PodTemplate::of(object) else { continue };
        for container in template.containers() {
            let Some(image) = container.get("image") else { continue };
            let Some(text) = image.text().filter(|t| floats(t)) else { continue };
            let name = container.get("name").and_then(Node::text).unwrap_or_default();
            out.push(
                Draft::new(format!(
                    "`{text}` in `{}` may be another image tomorrow: pods that \
                 start then run something that no commit shows",
                    object.key
                ))
                .on(object)
                .field(FieldPath::keys(&["containers", name, "image"]))
                .at(image)
                .help("name a version, or better a digest"),
            );
        }
    }
}

fn floats(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    !image.contains('@') && name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}
