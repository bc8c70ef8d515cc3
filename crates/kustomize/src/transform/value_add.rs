//! The `ValueAddTransformer` plugin: writes a value, or a part of a path, into fields.

use gitops_yaml::{Node, Origin, Scalar, SmolStr, Span};

use crate::error::Result;
use crate::fields::{Tag, split_path, written};
use crate::id::Kinds;
use crate::object::Object;
use crate::path::{Make, lookup_mut, make_step};
use crate::transform::namespace::{Namespace, Subjects};

/// One field to write.
pub(crate) struct Field<'a> {
    pub(crate) path: &'a str,
    /// The part of a slash-separated path to write, from 1; 0 is the whole value.
    pub(crate) position: usize,
    pub(crate) value: &'a str,
    pub(crate) span: Span,
    /// Where the path is written.
    pub(crate) asked: Span,
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
        let path: Vec<SmolStr> = split_path(self.path, '/')
            .iter()
            .map(|part| part.trim().into())
            .filter(|part: &SmolStr| !part.is_empty())
            .collect();
        self.write_below(&mut object.body, &path)
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
        let made = Node::scalar(Scalar::plain(""), Origin::new(self.span));
        make_step(node, part, rest.first(), &Make::Like(made, self.asked))?;
        let mut result = Ok(());
        let below = &mut |next: &mut Node| result = self.write_below(next, rest);
        lookup_mut(node, std::slice::from_ref(part), below);
        result
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
