//! The tree: maps, sequences and scalars, each with its origin.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::{Exposure, Origin, Scalar, ScalarKind, Span};

/// One value and who wrote it. Children are shared: cloning a node copies no subtree, and changing one
/// copies only the path to the change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Who wrote it.
    pub origin: Origin,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A string, number, boolean or null.
    Scalar(Scalar),
    /// A list.
    Seq(Arc<Vec<Node>>),
    /// A map, in the order written.
    Map(Arc<Vec<Entry>>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The key's text.
    pub key: SmolStr,
    /// Where the key is written.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Entry {
    /// A key written at `key_span` with its value.
    #[must_use]
    pub fn new(key: impl Into<SmolStr>, key_span: Span, value: Node) -> Self {
        Self { key: key.into(), key_span, value }
    }
}

impl Node {
    /// A scalar node.
    #[must_use]
    pub fn scalar(scalar: Scalar, origin: Origin) -> Self {
        Self { value: Value::Scalar(scalar), origin }
    }

    /// A string node; it never means anything but text.
    #[must_use]
    pub fn string(text: impl Into<SmolStr>, origin: Origin) -> Self {
        Self::scalar(Scalar::string(text), origin)
    }

    /// A null node.
    #[must_use]
    pub fn null(origin: Origin) -> Self {
        Self::scalar(Scalar::plain("null"), origin)
    }

    /// A map node.
    #[must_use]
    pub fn map(entries: Vec<Entry>, origin: Origin) -> Self {
        Self { value: Value::Map(Arc::new(entries)), origin }
    }

    /// A sequence node.
    #[must_use]
    pub fn seq(items: Vec<Self>, origin: Origin) -> Self {
        Self { value: Value::Seq(Arc::new(items)), origin }
    }

    /// Where the newest writer stands.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.span
    }

    /// The scalar, if it is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Scalar> {
        if let Value::Scalar(s) = &self.value { Some(s) } else { None }
    }

    /// The scalar's text, whatever its kind.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.as_scalar().map(|s| s.text.as_str())
    }

    /// The text of a string (not of a number, boolean or null).
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.as_scalar().filter(|s| s.kind == ScalarKind::Str).map(|s| s.text.as_str())
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        let s = self.as_scalar().filter(|s| s.kind == ScalarKind::Bool)?;
        Some(s.text.eq_ignore_ascii_case("true"))
    }

    /// The decimal whole number, if it is one.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_scalar().filter(|s| s.kind == ScalarKind::Int)?.text.parse().ok()
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(|s| s.kind == ScalarKind::Null)
    }

    /// The entries, if it is a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&[Entry]> {
        if let Value::Map(m) = &self.value { Some(m) } else { None }
    }

    /// The entries for changing; copies them if they are shared.
    pub fn as_map_mut(&mut self) -> Option<&mut Vec<Entry>> {
        if let Value::Map(m) = &mut self.value { Some(Arc::make_mut(m)) } else { None }
    }

    /// The items, if it is a sequence.
    #[must_use]
    pub fn as_seq(&self) -> Option<&[Self]> {
        if let Value::Seq(s) = &self.value { Some(s) } else { None }
    }

    /// The items for changing; copies them if they are shared.
    pub fn as_seq_mut(&mut self) -> Option<&mut Vec<Self>> {
        if let Value::Seq(s) = &mut self.value { Some(Arc::make_mut(s)) } else { None }
    }

    /// The entries, or none.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        self.as_map().unwrap_or_default()
    }

    /// The items, or none.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        self.as_seq().unwrap_or_default()
    }

    /// The entry of a key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|e| e.key == key)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|e| &e.value)
    }

    /// The value of a key, for changing. Copies the map only when the key is there.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let at = self.entries().iter().position(|e| e.key == key)?;
        self.as_map_mut().map(|m| &mut m[at].value)
    }

    /// The value below a path of keys.
    ///
    /// ```
    /// # use gitops_yaml::{Sources, ContentId};
    /// # let text = b"a: {b: {c: 1}}";
    /// # let file = Sources::default().load("x", ContentId::of(text), text);
    /// assert_eq!(file.documents[0].at(&["a", "b", "c"]).unwrap().text(), Some("1"));
    /// ```
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The value below a path of keys, for changing.
    pub fn at_mut(&mut self, path: &[&str]) -> Option<&mut Self> {
        path.iter().try_fold(self, |node, key| node.get_mut(key))
    }

    /// Sets a key: replaces its value, or adds it at the end. False if this is no map.
    pub fn set(&mut self, entry: Entry) -> bool {
        let at = self.entries().iter().position(|e| e.key == entry.key);
        let Some(map) = self.as_map_mut() else { return false };
        match at {
            Some(at) => map[at].value = entry.value,
            None => map.push(entry),
        }
        true
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries().iter().position(|e| e.key == key)?;
        self.as_map_mut().map(|m| m.remove(at))
    }

    /// Whether two values are the same whoever wrote them: maps without regard to order, scalars by
    /// kind and text.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Scalar(a), Value::Scalar(b)) => {
                a.kind == b.kind && (a.text == b.text || a.kind == ScalarKind::Null)
            }
            (Value::Seq(a), Value::Seq(b)) => {
                Arc::ptr_eq(a, b)
                    || a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.same(b))
            }
            (Value::Map(a), Value::Map(b)) => {
                Arc::ptr_eq(a, b)
                    || a.len() == b.len()
                        && a.iter().zip(b.iter()).all(|(a, b)| {
                            // Most maps keep their order: look a key up only where it has moved.
                            let b = if a.key == b.key { Some(&b.value) } else { other.get(&a.key) };
                            b.is_some_and(|b| a.value.same(b))
                        })
            }
            _ => false,
        }
    }

    /// This node with other children, where `new` gives any; what it gives none for stays shared.
    ///
    /// # Errors
    /// The first of `new`.
    pub fn with_children<E>(
        &self,
        new: &mut impl FnMut(&Self) -> Result<Option<Self>, E>,
    ) -> Result<Option<Self>, E> {
        match &self.value {
            Value::Scalar(_) => Ok(None),
            Value::Seq(items) => {
                let mut changed: Option<Vec<Self>> = None;
                for (i, item) in items.iter().enumerate() {
                    if let Some(item) = new(item)? {
                        changed.get_or_insert_with(|| items.to_vec())[i] = item;
                    }
                }
                Ok(changed.map(|items| Self::seq(items, self.origin.clone())))
            }
            Value::Map(entries) => {
                let mut changed: Option<Vec<Entry>> = None;
                for (i, entry) in entries.iter().enumerate() {
                    if let Some(value) = new(&entry.value)? {
                        changed.get_or_insert_with(|| entries.to_vec())[i].value = value;
                    }
                }
                Ok(changed.map(|entries| Self::map(entries, self.origin.clone())))
            }
        }
    }

    /// Calls `visit` on this node and all below it, parents first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        match &self.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => items.iter().for_each(|n| n.walk(visit)),
            Value::Map(entries) => entries.iter().for_each(|e| e.value.walk(visit)),
        }
    }

    /// Marks every scalar at and below this node.
    pub fn expose(&mut self, exposure: Exposure) {
        match &mut self.value {
            Value::Scalar(s) => s.exposure = s.exposure.max(exposure),
            Value::Seq(items) => Arc::make_mut(items).iter_mut().for_each(|n| n.expose(exposure)),
            Value::Map(entries) => {
                Arc::make_mut(entries).iter_mut().for_each(|e| e.value.expose(exposure));
            }
        }
    }
}
