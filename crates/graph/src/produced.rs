//! Objects that other objects bring about: the Secret of a Certificate, the HPA of a ScaledObject.

use std::collections::BTreeSet;

use gitops_model::{FieldPath, ObjectKey, Resource};
use gitops_yaml::{Node, SmolStr, Span};

use crate::Consequence;
use crate::table::{Product, table};
use crate::template::kind_name;

/// An object to come.
pub(crate) struct Produced {
    #[cfg_attr(not(test), expect(dead_code, reason = "the cases ask which row spoke"))]
    pub(crate) row: usize,
    pub(crate) key: ObjectKey,
    /// The keys of its data, where they are known.
    pub(crate) keys: Option<BTreeSet<SmolStr>>,
    pub(crate) span: Span,
    pub(crate) removed: Consequence,
}

/// What an object brings about.
pub(crate) fn produced_by(object: &Resource) -> Vec<Produced> {
    let rows = table().products.get(&kind_name(object)).map(Vec::as_slice).unwrap_or_default();
    rows.iter().filter_map(|(row, product)| product.of(*row, object)).collect()
}

impl Product {
    fn of(&self, row: usize, object: &Resource) -> Option<Produced> {
        let body = &object.body;
        let name = self.name.iter().find_map(|pattern| pattern.first(body))?;
        let namespace = self.namespace.as_ref().and_then(|p| p.first(body)).and_then(Node::text);
        let namespace = namespace.unwrap_or(&object.key.namespace);
        let name_text = format!("{}{}", self.prefix, name.text()?);
        Some(Produced {
            row,
            key: ObjectKey::new(&self.to.group, &self.to.kind, namespace, &name_text),
            keys: self.keys_of(body),
            span: name.span(),
            removed: self.removed,
        })
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
