//! Objects that other objects bring about: the Secret of a Certificate, the HPA of a ScaledObject.

use std::collections::BTreeSet;

use gitops_model::{FieldPath, ObjectKey, Resource};
use gitops_yaml::{Node, SmolStr, Span};

use crate::Consequence;
use crate::pattern::Pattern;
use crate::table::{KindName, Product, table};
use crate::template::kind_name;

/// An object to come.
pub(crate) struct Produced {
    #[cfg_attr(not(test), expect(dead_code, reason = "the cases ask which row spoke"))]
    pub(crate) row: usize,
    pub(crate) key: ObjectKey,
    /// Whether it comes to be in many namespaces; that of `key` is one of them.
    pub(crate) everywhere: bool,
    /// The keys of its data, where they are known.
    pub(crate) keys: Option<BTreeSet<SmolStr>>,
    pub(crate) span: Span,
    pub(crate) removed: Consequence,
}

/// What an object brings about.
pub(crate) fn produced_by(object: &Resource) -> Vec<Produced> {
    let rows = |kind| table().products.get(&kind).map(Vec::as_slice).unwrap_or_default();
    let rows = rows(kind_name(object)).iter().chain(rows(KindName::any()));
    rows.flat_map(|(row, product)| product.of(*row, object)).collect()
}

impl Product {
    fn of(&self, row: usize, object: &Resource) -> Vec<Produced> {
        let body = &object.body;
        let there = |pattern: &Pattern| pattern.first(body).is_some();
        if !self.requires.is_empty() && !self.requires.iter().any(there) {
            return Vec::new();
        }
        let Some(at) = self.name.iter().position(there) else { return Vec::new() };
        let prefix = if at + 1 == self.name.len() { &*self.prefix } else { "" };
        let mut found = Vec::new();
        self.name[at].each(body, &FieldPath::default(), &mut |_, name| {
            let Some(text) = name.text() else { return };
            let name_text = format!("{prefix}{text}{}", self.suffix);
            let namespace = self.namespace_of(object);
            found.push(Produced {
                row,
                key: ObjectKey::new(&self.to.group, &self.to.kind, namespace, &name_text),
                everywhere: self.everywhere,
                keys: self.keys_of(body),
                span: name.span(),
                removed: self.removed,
            });
        });
        found
    }

    fn namespace_of<'a>(&'a self, object: &'a Resource) -> &'a str {
        let told = self.namespace.as_ref().and_then(|p| p.first(&object.body)).and_then(Node::text);
        told.or(self.within.as_deref()).unwrap_or(&object.key.namespace)
    }

    /// The keys of its data; `None` where something adds keys that nobody can foresee.
    fn keys_of(&self, body: &Node) -> Option<BTreeSet<SmolStr>> {
        let knows =
            !(self.keys.is_empty() && self.key_maps.is_empty() && self.key_values.is_empty());
        if !knows || self.unless.iter().any(|pattern| pattern.first(body).is_some()) {
            return None;
        }
        let mut keys: BTreeSet<SmolStr> = self.keys.iter().cloned().collect();
        for pattern in &self.key_maps {
            pattern.each(body, &FieldPath::default(), &mut |_, map| {
                keys.extend(map.entries().iter().map(|e| e.key.clone()));
            });
        }
        for pattern in &self.key_values {
            pattern.each(body, &FieldPath::default(), &mut |_, value| {
                keys.extend(value.text().map(SmolStr::new));
            });
        }
        Some(keys)
    }
}
