//! References that no row of the table knows: fields of custom resources and chart values whose names
//! say that they name an object. They count only where the object is found.

use std::collections::BTreeMap;

use gitops_model::{Confidence, FieldPath, ObjectKey, Resource, Segment};
use gitops_schema::stored_key;
use gitops_yaml::{Node, SmolStr, Value};

use crate::table::{KindName, table};
use crate::template::kind_name;
use crate::{Consequence, Edge, Relation};

/// Words at the end of a key that name an object of a core kind, in lower case.
const CORE: [(&str, &str); 5] = [
    ("secret", "Secret"),
    ("configmap", "ConfigMap"),
    ("claim", "PersistentVolumeClaim"),
    ("serviceaccount", "ServiceAccount"),
    ("service", "Service"),
];

/// The objects that may be named, by kind and name.
pub(crate) type Known = BTreeMap<(SmolStr, SmolStr), Vec<ObjectKey>>;

/// Whether an object has fields that no row of the table knows.
pub(crate) fn is_open(object: &Resource) -> bool {
    is_chart(object) || is_custom(&kind_name(object))
}

fn is_chart(object: &Resource) -> bool {
    object.gvk.is("helm.toolkit.fluxcd.io", "HelmRelease")
}

/// The objects among `known` that an open object seems to name, with the edges to them.
pub(crate) fn guessed_by(object: &Resource, known: &Known) -> Vec<(ObjectKey, Edge)> {
    let (start, namespace) = if is_chart(object) {
        let target = object.at(&["spec", "targetNamespace"]).and_then(Node::text);
        (["spec", "values"].as_slice(), target.unwrap_or(&object.key.namespace))
    } else {
        (["spec"].as_slice(), object.key.namespace.as_str())
    };
    let Some(root) = object.at(start) else { return Vec::new() };
    let mut walk = Walk { known, namespace, path: FieldPath::keys(start), found: Vec::new() };
    walk.visit(root);
    walk.found
}

/// A kind of which neither Kubernetes nor the table knows the fields.
fn is_custom(kind: &KindName) -> bool {
    let builtin = kind.group.ends_with(".k8s.io") || !kind.group.contains('.');
    !builtin && !table().references.contains_key(kind)
}

struct Walk<'a> {
    known: &'a Known,
    namespace: &'a str,
    path: FieldPath,
    found: Vec<(ObjectKey, Edge)>,
}

impl Walk<'_> {
    fn visit(&mut self, node: &Node) {
        match &node.value {
            Value::Scalar(_) => {}
            Value::Map(entries) => {
                for entry in entries.iter() {
                    self.path.0.push(Segment::Key(entry.key.clone()));
                    self.field(&entry.key, &entry.value);
                    self.visit(&entry.value);
                    self.path.0.pop();
                }
            }
            Value::Seq(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.path.0.push(Segment::Index(at));
                    self.visit(item);
                    self.path.0.pop();
                }
            }
        }
    }

    fn field(&mut self, key: &str, value: &Node) {
        // `service: {name: web}` describes a service; `service: web` names one.
        let Some(stem) = stem(key).filter(|stem| *stem != key || value.as_map().is_none()) else {
            return;
        };
        for named in value.as_seq().unwrap_or(std::slice::from_ref(value)) {
            let Some(name) = named.get("name").unwrap_or(named).text() else { continue };
            let kind =
                named.get("kind").and_then(Node::text).map_or_else(|| kind(stem), SmolStr::new);
            let namespace = named.get("namespace").and_then(Node::text).unwrap_or(self.namespace);
            let candidates = self.known.get(&(kind, name.into()));
            let here = |key: &&ObjectKey| {
                key.namespace == namespace || stored_key(key).namespace.is_empty()
            };
            if let Some(to) = candidates.and_then(|keys| keys.iter().find(here)) {
                let edge = Edge {
                    path: self.path.clone(),
                    span: Some(named.span()),
                    confidence: Confidence::Possible,
                    ..Edge::implied(Relation::Uses, Consequence::Silent)
                };
                self.found.push((to.clone(), edge));
            }
        }
    }
}

/// What a key calls the object that it names: `providerConfig` of `providerConfigRef`.
fn stem(key: &str) -> Option<&str> {
    const ENDS: [&str; 6] = ["Refs", "Ref", "Reference", "Name", "Names", ""];
    ENDS.iter().find_map(|end| {
        let stem = key.strip_suffix(end).filter(|stem| !stem.is_empty())?;
        let lower = stem.to_ascii_lowercase();
        let core = CORE.iter().any(|(word, _)| lower.ends_with(word));
        (core || end.starts_with("Ref")).then_some(stem)
    })
}

/// The kind that a word stands for: `Secret` for `existingSecret`, `ProviderConfig` for `providerConfig`.
fn kind(stem: &str) -> SmolStr {
    let lower = stem.to_ascii_lowercase();
    if let Some((_, kind)) = CORE.iter().find(|(word, _)| lower.ends_with(word)) {
        return SmolStr::new_static(kind);
    }
    let mut letters = stem.chars();
    letters.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
