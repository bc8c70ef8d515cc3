//! What the Flux Operator makes of a FluxInstance: a source and a Kustomization
//! (controlplaneio-fluxcd/flux-operator, internal/builder/templates.go).

use std::sync::Arc;

use gitops_api::flux::{FluxInstance, KUSTOMIZE_GROUP, SOURCE_GROUP, Sync};
use gitops_config::FluxVersion;
use gitops_model::Resource;
use gitops_yaml::{Entry, Node, Origin, SmolStr, Span};

use super::definition::FLUX_SYSTEM;

/// A source and a Kustomization made of `sync`.
pub(crate) struct Made {
    pub kustomization: Arc<Resource>,
    pub source: Arc<Resource>,
    /// Patches of all that is installed, these two included.
    pub patches: Vec<Node>,
    /// The release of Flux that is installed; absent where only a range is given.
    pub version: Option<FluxVersion>,
}

/// What a FluxInstance asks for.
pub(crate) fn of_object(object: &Resource) -> Option<Made> {
    let instance = FluxInstance::of(object)?;
    make(instance.sync()?, or_usual(&object.key.namespace), object.at(&["spec"]))
}

/// What a HelmRelease of the flux-instance chart asks for.
pub(crate) fn of_release(object: &Resource) -> Option<Made> {
    let instance = object.at(&["spec", "values", "instance"])?;
    let sync = instance.get("sync")?;
    let target = object.at(&["spec", "targetNamespace"]).and_then(Node::text);
    let namespace = or_usual(target.unwrap_or(&object.key.namespace));
    make(Sync::of(sync)?, namespace, Some(instance))
}

/// The namespace of a file; most leave it to a kustomization, and all but a few mean this one.
fn or_usual(namespace: &str) -> &str {
    if namespace.is_empty() { FLUX_SYSTEM } else { namespace }
}

/// What a file of values for the flux-instance chart asks for.
pub(crate) fn of_values(values: &Node) -> Option<Made> {
    let instance = values.get("instance")?;
    make(Sync::of(instance.get("sync")?)?, FLUX_SYSTEM, Some(instance))
}

fn make(sync: Sync, namespace: &str, instance: Option<&Node>) -> Option<Made> {
    let release = instance.and_then(|i| i.at(&["distribution", "version"])?.text());
    let release = release.and_then(FluxVersion::parse);
    let name = sync.text("name").unwrap_or(namespace);
    let anchor = sync.node().span();
    let made = |key: &str, value: &Node| Entry::new(key, value.span(), value.clone());
    let text =
        |key: &str, text: &str| Entry::new(key, anchor, Node::string(text, Origin::new(anchor)));
    let kind = sync.kind();
    let mut spec: Vec<Entry> = Vec::new();
    match kind {
        "Bucket" => {
            spec.extend(sync.get("url").map(|n| made("endpoint", n)));
            spec.extend(sync.get("ref").map(|n| made("bucketName", n)));
        }
        _ => {
            spec.extend(sync.get("url").map(|n| made("url", n)));
            let field = if kind == "OCIRepository" { "tag" } else { "name" };
            let reference =
                sync.get("ref").map(|n| (n.span(), map(vec![made(field, n)], n.span())));
            spec.extend(reference.map(|(span, node)| Entry::new("ref", span, node)));
        }
    }
    spec.extend(["ignore", "interval"].iter().filter_map(|k| Some(made(k, sync.get(k)?))));
    let source = object(&format!("{SOURCE_GROUP}/v1"), kind, namespace, name, spec, anchor)?;

    let reference = map(vec![text("kind", kind), text("name", name)], anchor);
    let mut spec = vec![
        Entry::new(
            "prune",
            anchor,
            Node::scalar(gitops_yaml::Scalar::plain("true"), Origin::new(anchor)),
        ),
        Entry::new("sourceRef", anchor, reference),
        text("interval", "10m"),
    ];
    spec.extend(sync.get("path").map(|n| made("path", n)));
    let version = format!("{KUSTOMIZE_GROUP}/v1");
    let kustomization = object(&version, "Kustomization", namespace, name, spec, anchor)?;
    let patches = instance.and_then(|i| i.at(&["kustomize", "patches"]));
    let patches = patches.map(|p| p.items().to_vec()).unwrap_or_default();
    Some(Made { kustomization, source, patches, version: release })
}

fn map(entries: Vec<Entry>, span: Span) -> Node {
    Node::map(entries, Origin::new(span))
}

fn object(
    api_version: &str,
    kind: &str,
    namespace: &str,
    name: &str,
    spec: Vec<Entry>,
    anchor: Span,
) -> Option<Arc<Resource>> {
    let text = |key: &str, text: &str| {
        Entry::new(key, anchor, Node::string(SmolStr::new(text), Origin::new(anchor)))
    };
    let metadata = map(vec![text("name", name), text("namespace", namespace)], anchor);
    let body = vec![
        text("apiVersion", api_version),
        text("kind", kind),
        Entry::new("metadata", anchor, metadata),
        Entry::new("spec", anchor, map(spec, anchor)),
    ];
    Resource::new(map(body, anchor)).map(Arc::new)
}
