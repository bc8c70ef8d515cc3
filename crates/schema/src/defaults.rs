//! Values that the API server writes where a manifest says nothing.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use gitops_yaml::{Entry, Node, Origin, Scalar, SmolStr};
use serde::Deserialize;

use crate::{Struct, Type};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    r#type: SmolStr,
    #[serde(default)]
    when: BTreeMap<SmolStr, SmolStr>,
    #[serde(default)]
    unless: Vec<SmolStr>,
    values: BTreeMap<SmolStr, serde_json::Value>,
    #[expect(dead_code, reason = "where the row was read, for those who edit the table")]
    source: String,
}

fn rows(structure: &str) -> &'static [Row] {
    static ROWS: OnceLock<BTreeMap<SmolStr, Vec<Row>>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| {
        let rows: Vec<Row> = serde_json::from_str(crate::tables::DEFAULTS).unwrap_or_default();
        let mut by_type: BTreeMap<SmolStr, Vec<Row>> = BTreeMap::new();
        for row in rows {
            by_type.entry(row.r#type.clone()).or_default().push(row);
        }
        by_type
    });
    rows.get(structure).map_or(&[], Vec::as_slice)
}

/// Writes the defaults into an object that [`crate::decode`] made.
pub fn fill(node: &mut Node, known: &Struct) {
    for row in rows(&known.name) {
        row.apply(node);
    }
    special(node, known);
    for (key, field) in &known.fields {
        match (node.get_mut(key), &field.ty) {
            (Some(value), ty) => fill_value(value, ty),
            // What is no pointer is always there, and has its defaults.
            (None, Type::Struct(inner)) if !field.pointer => {
                let mut value = Node::map(Vec::new(), node.origin.clone());
                fill(&mut value, inner);
                if !value.entries().is_empty() {
                    node.set(Entry::new(key.clone(), node.span(), value));
                }
            }
            (None, _) => {}
        }
    }
}

/// The text that a field of a structure takes when it is absent, if that depends on nothing else.
pub fn default_text(known: &Struct, field: &str) -> Option<SmolStr> {
    rows(&known.name)
        .iter()
        .filter(|row| row.when.is_empty() && row.unless.is_empty())
        .find_map(|row| text(row.values.get(field)?))
}

fn fill_value(node: &mut Node, ty: &Type) {
    match ty {
        Type::Struct(known) => fill(node, known),
        Type::List(list) if holds_structures(&list.item) => {
            for item in node.as_seq_mut().into_iter().flatten() {
                fill_value(item, &list.item);
            }
        }
        Type::Map(map) if holds_structures(&map.value) => {
            for entry in node.as_map_mut().into_iter().flatten() {
                fill_value(&mut entry.value, &map.value);
            }
        }
        _ => {}
    }
}

fn holds_structures(ty: &Type) -> bool {
    matches!(ty, Type::Struct(_) | Type::List(_) | Type::Map(_))
}

impl Row {
    fn apply(&self, node: &mut Node) {
        let is =
            |key: &SmolStr, wanted: &SmolStr| node.get(key).and_then(Node::text) == Some(wanted);
        let holds = self.when.iter().all(|(key, wanted)| is(key, wanted))
            && self.unless.iter().all(|key| node.get(key).is_none());
        if holds {
            for (key, value) in &self.values {
                set_absent(node, key, |origin| written(value, origin));
            }
        }
    }
}

fn set_absent(node: &mut Node, key: &str, value: impl FnOnce(&Origin) -> Node) {
    if node.get(key).is_none() {
        let value = value(&node.origin);
        node.set(Entry::new(key, node.span(), value));
    }
}

/// A value of the table, as if written where `origin` is.
fn written(value: &serde_json::Value, origin: &Origin) -> Node {
    match value {
        serde_json::Value::Array(items) => {
            Node::seq(items.iter().map(|item| written(item, origin)).collect(), origin.clone())
        }
        serde_json::Value::Object(_) => Node::map(Vec::new(), origin.clone()),
        serde_json::Value::String(text) => Node::string(text.as_str(), origin.clone()),
        other => Node::scalar(Scalar::plain(text(other).unwrap_or_default()), origin.clone()),
    }
}

fn text(value: &serde_json::Value) -> Option<SmolStr> {
    match value {
        serde_json::Value::String(text) => Some(text.into()),
        serde_json::Value::Bool(value) => Some(value.to_string().into()),
        serde_json::Value::Number(value) => Some(value.to_string().into()),
        _ => None,
    }
}

/// The defaults that follow from other fields.
fn special(node: &mut Node, known: &Struct) {
    match known.name.as_str() {
        "core/v1.Container" | "core/v1.EphemeralContainer" => {
            pull_policy(node, "image", "imagePullPolicy")
        }
        "core/v1.ImageVolumeSource" => pull_policy(node, "reference", "pullPolicy"),
        "core/v1.Volume" if node.entries().iter().all(|e| e.key == "name") => {
            set_absent(node, "emptyDir", |origin| Node::map(Vec::new(), origin.clone()));
        }
        "core/v1.PodSpec" => {
            mirror(node, "serviceAccountName", "serviceAccount");
        }
        "core/v1.ReplicationControllerSpec" => {
            if let Some(labels) = node.at(&["template", "metadata", "labels"]).cloned() {
                set_absent(node, "selector", |_| labels);
            }
        }
        "core/v1.Pod" => {
            for containers in ["containers", "initContainers"] {
                let containers = node.at_mut(&["spec", containers]).and_then(Node::as_seq_mut);
                containers.into_iter().flatten().for_each(requests_from_limits);
            }
        }
        _ => {}
    }
}

/// Two fields hold the same, the first of them where they differ (pkg/apis/core/v1/conversion.go).
fn mirror(node: &mut Node, first: &str, second: &str) {
    if let Some(value) = node.get(first).or_else(|| node.get(second)).cloned() {
        for key in [first, second] {
            node.set(Entry::new(key, value.span(), value.clone()));
        }
    }
}

/// `SetDefaults_Container` and `SetDefaults_Volume` of pkg/apis/core/v1/defaults.go.
fn pull_policy(node: &mut Node, image: &str, policy: &str) {
    let latest = node.get(image).and_then(Node::text).is_some_and(is_latest);
    let default = if latest { "Always" } else { "IfNotPresent" };
    set_absent(node, policy, |origin| Node::string(default, origin.clone()));
}

/// Whether an image is pulled by the tag `latest`, said or implied.
fn is_latest(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    !image.is_empty()
        && !image.contains('@')
        && name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

/// `SetDefaults_Pod` of pkg/apis/core/v1/defaults.go; templates of pods are left as they are.
fn requests_from_limits(container: &mut Node) {
    let Some(limits) = container.at(&["resources", "limits"]).cloned() else { return };
    let Some(resources) = container.get_mut("resources") else { return };
    set_absent(resources, "requests", |origin| Node::map(Vec::new(), origin.clone()));
    if let Some(requests) = resources.get_mut("requests") {
        for limit in limits.entries() {
            set_absent(requests, &limit.key, |_| limit.value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_names_known_structures() {
        let rows: Vec<Row> =
            serde_json::from_str(crate::tables::DEFAULTS).expect("the table is well formed");
        assert!(rows.iter().all(|row| !row.values.is_empty()));
    }

    #[test]
    fn only_the_tag_latest_is_always_pulled() {
        for image in ["web", "web:latest", "registry.example.com:5000/web"] {
            assert!(is_latest(image), "{image}");
        }
        for image in ["web:1.0", "web@sha256:0123", "registry.example.com:5000/web:2", ""] {
            assert!(!is_latest(image), "{image}");
        }
    }
}
