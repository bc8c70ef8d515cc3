//! `crds`: OpenAPI definitions of custom resources, which say where they hold labels and names.

use gitops_model::Gvk;
use gitops_yaml::{Node, SmolStr};

use crate::config::{Config, Spec};
use crate::error::Result;

/// The field specs that the definitions of a file add.
pub(crate) fn config_of(document: &Node) -> Result<Config> {
    let mut config = Config::default();
    for definition in document.entries() {
        let properties = properties(&definition.value);
        let is_object = ["kind", "apiVersion", "metadata"]
            .iter()
            .all(|name| properties.is_some_and(|p| p.get(name).is_some()));
        if !is_object {
            continue;
        }
        let kind = definition.key.rsplit('.').next().unwrap_or_default();
        let gvk = Gvk { kind: kind.into(), ..Gvk::default() };
        add(&mut config, &gvk, document, &definition.key, &mut Vec::new())?;
    }
    Ok(config)
}

fn properties(definition: &Node) -> Option<&Node> {
    let schema = definition.entries().iter().find(|e| e.key.eq_ignore_ascii_case("schema"))?;
    schema.value.get("properties")
}

fn add(
    config: &mut Config,
    gvk: &Gvk,
    document: &Node,
    name: &str,
    path: &mut Vec<SmolStr>,
) -> Result<()> {
    // Definitions may refer to themselves.
    if path.len() > 32 {
        return Ok(());
    }
    let Some(properties) = document.get(name).and_then(properties) else { return Ok(()) };
    for property in properties.entries() {
        path.push(property.key.clone());
        let extension = |name: &str| property.value.get(name).and_then(Node::as_str);
        let spec = |path: &[SmolStr]| Spec {
            gvk: gvk.clone(),
            path: path.join("/").into(),
            create: false,
        };
        let marks = [
            ("x-kubernetes-annotation", "commonAnnotations"),
            ("x-kubernetes-label-selector", "commonLabels"),
            ("x-kubernetes-identity", "namePrefix"),
        ];
        for (mark, list) in marks {
            if extension(mark).is_some() {
                config.add(list, spec(path))?;
            }
        }
        let version = extension("x-kubernetes-object-ref-api-version");
        let kind = extension("x-kubernetes-object-ref-kind");
        if let (Some(version), Some(kind)) = (version, kind) {
            let key = extension("x-kubernetes-object-ref-name-key").unwrap_or("name");
            let to = Gvk { version: version.into(), kind: kind.into(), ..Gvk::default() };
            path.push(key.into());
            config.add_name_reference(to, vec![spec(path)])?;
            path.pop();
        }
        if let Some(reference) = property.value.get("$ref").and_then(Node::text) {
            add(config, gvk, document, reference, path)?;
        }
        path.pop();
    }
    Ok(())
}
