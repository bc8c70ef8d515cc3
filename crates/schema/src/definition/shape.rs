//! The types of a custom resource, and what of a manifest is stored.

use std::sync::Arc;

use gitops_yaml::{Entry, Node};

use super::schema::{flag, pairing, property};
use crate::{Field, List, Map, Pairing, Struct, Type};

/// The fields that every object has, whatever its schema says of them.
const OBJECT: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// The structure of an object's schema.
pub(super) fn structure(schema: &Node) -> Struct {
    let properties = schema.get("properties").map(Node::entries).unwrap_or_default();
    let fields = properties.iter().map(|entry| {
        let default = entry.value.get("default").cloned();
        let (ty, pointer) = (ty(&entry.value), true);
        let (retain_keys, required, limits) = (false, false, None);
        let field = Field { ty, pointer, retain_keys, required, limits, default };
        (entry.key.clone(), field)
    });
    Struct {
        fields: fields.collect(),
        atomic: schema.get("x-kubernetes-map-type").and_then(Node::text) == Some("atomic"),
        open: true,
        ..Struct::default()
    }
}

fn ty(schema: &Node) -> Type {
    if flag(schema, "x-kubernetes-int-or-string") {
        return Type::IntOrString;
    }
    match schema.get("type").and_then(Node::text) {
        Some("string") => Type::String,
        Some("boolean") => Type::Bool,
        Some("integer") => Type::Long,
        Some("number") => Type::Float,
        Some("array") => {
            let item = schema.get("items").map_or(Type::Any, ty);
            // kubectl patches custom resources with JSON merge patches, which replace lists.
            Type::List(Arc::new(List { item, pairing: pairing(schema), patch: Pairing::Atomic }))
        }
        Some("object") => match schema.get("additionalProperties") {
            Some(values) if values.as_map().is_some() => {
                let atomic =
                    schema.get("x-kubernetes-map-type").and_then(Node::text) == Some("atomic");
                Type::Map(Arc::new(Map { value: ty(values), atomic }))
            }
            _ => Type::Struct(Arc::new(structure(schema))),
        },
        _ => Type::Any,
    }
}

/// What is stored of a value: known fields, no nulls where none may be, and defaults.
pub(super) fn stored(node: &Node, schema: &Node, top: bool) -> Node {
    if let Some(items) = node.as_seq() {
        let Some(schema) = schema.get("items") else { return node.clone() };
        let items = items.iter().map(|item| stored(item, schema, false));
        return Node::seq(items.collect(), node.origin.clone());
    }
    if node.as_map().is_none() {
        return node.clone();
    }
    let mut entries: Vec<Entry> = Vec::new();
    for entry in node.entries() {
        let known = property(schema, &entry.key);
        let kept = known.is_some()
            || top && OBJECT.contains(&entry.key.as_str())
            || flag(schema, "x-kubernetes-preserve-unknown-fields");
        let null = entry.value.is_null() && !known.is_some_and(|schema| flag(schema, "nullable"));
        if kept && !null {
            // The schema of what every object has is not the definition's to say.
            let own = known.filter(|_| !(top && OBJECT.contains(&entry.key.as_str())));
            let value = own.map(|schema| stored(&entry.value, schema, false));
            entries.push(Entry {
                value: value.unwrap_or_else(|| entry.value.clone()),
                ..entry.clone()
            });
        }
    }
    for field in schema.get("properties").map(Node::entries).unwrap_or_default() {
        if let Some(default) = field.value.get("default")
            && !entries.iter().any(|e| e.key == field.key)
        {
            let value = stored(default, &field.value, false);
            entries.push(Entry::new(field.key.clone(), node.span(), value));
        }
    }
    Node::map(entries, node.origin.clone())
}
