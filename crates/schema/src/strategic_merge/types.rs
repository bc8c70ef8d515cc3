//! Which lists merge, and what pairs their items.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use gitops_yaml::{Node, SmolStr};

use super::builtin;
use super::field::Field;

/// The types of a schema, as far as merging needs them: the one that kustomize has built in, or one
/// that a kustomization brings.
#[derive(Debug, Clone, Default)]
pub struct MergeSchema {
    types: HashMap<SmolStr, Type>,
    kinds: HashMap<(SmolStr, SmolStr), SmolStr>,
    scopes: HashMap<(SmolStr, SmolStr), bool>,
    builtin: Builtin,
}

/// Whether the built-in types are known beside those of a schema, and which of the two count first.
#[derive(Debug, Clone, Copy, Default)]
enum Builtin {
    #[default]
    Unknown,
    First,
    Last,
}

#[derive(Debug, Clone, Default)]
struct Type {
    fields: HashMap<SmolStr, Field>,
    /// The type of values under any other key.
    others: Option<Box<Field>>,
}

/// The fields of a type, which an OpenAPI document describes or the built-in schema.
enum Fields<'a> {
    Own(&'a Type),
    Builtin(builtin::Fields),
}

impl MergeSchema {
    /// The schema of Kubernetes v1.21.2 that kustomize has built in.
    pub fn builtin() -> &'static Self {
        static SCHEMA: OnceLock<MergeSchema> = OnceLock::new();
        SCHEMA.get_or_init(|| Self::default().behind_builtin())
    }

    /// The schema of an OpenAPI document: its definitions, and which of its kinds are cluster-scoped.
    #[must_use]
    pub fn from_openapi(document: &Node) -> Self {
        let mut schema = Self::default();
        for definition in document.get("definitions").map(Node::entries).unwrap_or_default() {
            schema.add_type(definition.key.clone(), &definition.value, 0);
            let gvks = definition.value.get("x-kubernetes-group-version-kind");
            for gvk in gvks.map(Node::items).unwrap_or_default() {
                if let Some(id) = type_meta(gvk) {
                    schema.kinds.insert(id, definition.key.clone());
                }
            }
        }
        for path in document.get("paths").map(Node::entries).unwrap_or_default() {
            let gvk = path.value.at(&["get", "x-kubernetes-group-version-kind"]);
            let Some(id) = gvk.and_then(type_meta) else { continue };
            let namespaced = path.key.contains("namespaces/{namespace}");
            let scope = schema.scopes.entry(id).or_default();
            *scope |= namespaced;
        }
        schema
    }

    /// The same schema, with the built-in types before its own.
    #[must_use]
    pub fn behind_builtin(self) -> Self {
        Self { builtin: Builtin::First, ..self }
    }

    /// The same schema, with the built-in types behind its own.
    #[must_use]
    pub fn before_builtin(self) -> Self {
        Self { builtin: Builtin::Last, ..self }
    }

    /// What is found in this schema, or in the built-in one where that is known as well.
    fn find<T>(
        &self,
        own: impl FnOnce() -> Option<T>,
        builtin: impl FnOnce() -> Option<T>,
    ) -> Option<T> {
        match self.builtin {
            Builtin::Unknown => own(),
            Builtin::First => builtin().or_else(own),
            Builtin::Last => own().or_else(builtin),
        }
    }

    /// Whether the built-in schema has a type for a kind.
    #[must_use]
    pub fn builtin_knows(api_version: &str, kind: &str) -> bool {
        builtin::of_kind(api_version, kind).is_some()
    }

    /// Whether this document says that a kind is cluster-scoped; the built-in table does not count here.
    #[must_use]
    pub fn says_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        self.scopes.get(&(api_version.into(), kind.into())) == Some(&false)
    }

    /// A field that stands on its own, outside of any type.
    pub(crate) fn described(schema: &Node) -> Field {
        let list = schema.get("type").and_then(Node::text) == Some("array");
        let reference = schema.at(&["items", "$ref"]).and_then(Node::text);
        let name = reference.and_then(|r| r.rsplit('/').next());
        let of = name.map(|n| short(n).into());
        Field { list, keys: merge_keys(schema).filter(|_| list), of }
    }

    pub(crate) fn root(&self, api_version: &str, kind: &str) -> Option<Field> {
        let own = || self.kinds.get(&(api_version.into(), kind.into())).cloned();
        let builtin = || builtin::of_kind(api_version, kind).map(SmolStr::new_static);
        Some(Field { of: Some(self.find(own, builtin)?), ..Field::default() })
    }

    pub(crate) fn field(&self, of: &Field, key: &str) -> Option<&Field> {
        let name = of.of.as_deref().filter(|_| !of.list)?;
        let own = || self.types.get(name).map(Fields::Own);
        let builtin = || builtin::fields_of(short(name)).map(Fields::Builtin);
        match self.find(own, builtin)? {
            Fields::Own(of) => of.fields.get(key).or(of.others.as_deref()),
            Fields::Builtin(fields) => builtin::field(fields, key),
        }
    }

    pub(crate) fn items(&self, of: &Field) -> Option<Field> {
        of.list.then(|| Field { of: of.of.clone(), ..Field::default() })
    }

    /// Notes a definition or an inline object under `name`.
    fn add_type(&mut self, name: SmolStr, definition: &Node, depth: usize) {
        let mut fields = HashMap::new();
        for property in definition.get("properties").map(Node::entries).unwrap_or_default() {
            let field = self.field_of(&name, &property.key, &property.value, depth);
            fields.insert(property.key.clone(), field);
        }
        let others = definition.get("additionalProperties").filter(|n| n.as_map().is_some());
        let others = others.map(|n| Box::new(self.field_of(&name, "*", n, depth)));
        self.types.insert(name, Type { fields, others });
    }

    fn field_of(&mut self, parent: &str, key: &str, schema: &Node, depth: usize) -> Field {
        let list = schema.get("type").and_then(Node::text) == Some("array");
        let value = if list { schema.get("items") } else { Some(schema) };
        let of = value.and_then(|value| match value.get("$ref").and_then(Node::text) {
            Some(reference) => reference.rsplit('/').next().map(SmolStr::new),
            None if depth < 64 && has_fields(value) => {
                let name = SmolStr::new(format!("{parent}/{key}"));
                self.add_type(name.clone(), value, depth + 1);
                Some(name)
            }
            None => None,
        });
        Field { list, keys: merge_keys(schema).filter(|_| list), of }
    }
}

/// The name that the built-in table gives to a definition.
fn short(definition: &str) -> &str {
    let packages = ["io.k8s.api.", "io.k8s.apimachinery.pkg.apis.meta."];
    packages.iter().find_map(|p| definition.strip_prefix(p)).unwrap_or(definition)
}

fn has_fields(schema: &Node) -> bool {
    schema.get("properties").is_some() || schema.get("additionalProperties").is_some()
}

fn merge_keys(schema: &Node) -> Option<Cow<'static, [SmolStr]>> {
    let strategy = schema.get("x-kubernetes-patch-strategy").and_then(Node::text)?;
    if !strategy.split(',').any(|s| s == "merge") {
        return None;
    }
    let key = schema.get("x-kubernetes-patch-merge-key").and_then(Node::text);
    Some(match schema.get("x-kubernetes-list-map-keys") {
        Some(keys) => keys.items().iter().filter_map(Node::text).map(SmolStr::new).collect(),
        None => key.map(SmolStr::new).into_iter().collect(),
    })
}

fn type_meta(gvk: &Node) -> Option<(SmolStr, SmolStr)> {
    let version = gvk.get("version")?.text()?;
    let kind = gvk.get("kind")?.text()?.into();
    Some(match gvk.get("group").and_then(Node::text) {
        Some(group) if !group.is_empty() => (format!("{group}/{version}").into(), kind),
        _ => (version.into(), kind),
    })
}

#[cfg(test)]
mod tests {
    use super::MergeSchema;

    #[test]
    fn the_table_leads_to_the_ports_of_a_container() {
        let schema = MergeSchema::builtin();
        let mut field = schema.root("apps/v1", "Deployment").unwrap();
        for key in ["spec", "template", "spec", "containers"] {
            field = schema.field(&field, key).unwrap().clone();
        }
        assert_eq!(field.keys.as_deref(), Some(&["name".into()][..]));
        let container = schema.items(&field).unwrap();
        let ports = schema.field(&container, "ports").unwrap();
        assert_eq!(ports.keys.as_deref(), Some(&["containerPort".into(), "protocol".into()][..]));
    }
}
