//! The `ValueAddTransformer` plugin: writes a value, or a part of a path, into fields.

use gitops_yaml::{Entry, Node, Origin, Scalar, SmolStr, Span};

use crate::error::{Error, Result};
use crate::fields::{Tag, split_path, written, wrong_kind};
use crate::id::Kinds;
use crate::object::Object;
use crate::transform::namespace::{Namespace, Subjects};

/// One field to write.
pub(crate) struct Field<'a> {
    pub(crate) path: &'a str,
    /// The part of a slash-separated path to write, from 1; 0 is the whole value.
    pub(crate) position: usize,
    pub(crate) value: &'a str,
    pub(crate) span: Span,
}

impl Field<'_> {
    pub(crate) fn write(&self, object: &mut Object, kinds: &Kinds) -> Result<()> {
        if self.path == "metadata/namespace" {
            let namespace = Namespace {
                name: self.value.into(),
                span: self.span,
                specs: &[],
                unset_only: false,
                subjects: Subjects::Default,
            };
            return namespace.set_on(object, kinds);
        }
        self.write_below(&mut object.body, &split_path(self.path, '/'))
    }

    fn write_below(&self, node: &mut Node, path: &[SmolStr]) -> Result<()> {
        let Some((part, rest)) = path.split_first() else {
            let value = match self.position.checked_sub(1) {
                Some(at) => with_part(node.text().unwrap_or_default(), at, self.value),
                None => self.value.to_owned(),
            };
            *node = written(node, value, Tag::Implied, "transformers", self.span)?;
            return Ok(());
        };
        if let Ok(at) = part.parse::<usize>() {
            return match node.as_seq_mut().and_then(|items| items.get_mut(at)) {
                Some(item) => self.write_below(item, rest),
                None => Ok(()),
            };
        }
        if node.as_map().is_none() {
            return Err(wrong_kind(node, "MappingNode"));
        }
        if node.get(part).is_none_or(Node::is_null) {
            let origin = Origin::new(self.span);
            let made = if rest.is_empty() {
                Node::scalar(Scalar::plain(""), origin)
            } else {
                Node::map(Vec::new(), origin)
            };
            node.set(Entry::new(part.clone(), self.span, made));
        }
        match node.get_mut(part) {
            Some(next) => self.write_below(next, rest),
            None => Err(Error::at("the field cannot be made", self.span)),
        }
    }
}

/// A path with another part put in at a position.
fn with_part(path: &str, at: usize, part: &str) -> String {
    let rooted = path.starts_with('/');
    let trimmed = path.trim_matches('/');
    let mut parts: Vec<&str> =
        if trimmed.is_empty() { Vec::new() } else { trimmed.split('/').collect() };
    parts.insert(at.min(parts.len()), part);
    let joined = parts.join("/");
    if rooted { format!("/{joined}") } else { joined }
}
