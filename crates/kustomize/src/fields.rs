//! Walking to the fields that a spec names, and writing there. Nodes that no write reaches stay shared.

use std::borrow::Cow;

use gitops_model::Gvk;
use gitops_yaml::{
    Dialect, Entry, Node, Origin, Scalar, ScalarKind, SmolStr, Span, Style, Value, resolve,
};

use crate::config::Spec;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::written::check_new_key;

/// What is made at the end of a path that is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Create {
    /// A map.
    Map,
    /// A scalar, empty at first.
    Scalar,
}

/// A path, split at `/`; `\/` is a slash in a name.
pub(crate) fn split_path(path: &str, delimiter: char) -> Vec<SmolStr> {
    let path = path.strip_prefix(delimiter).unwrap_or(path);
    let mut parts: Vec<String> = Vec::new();
    for part in path.split(delimiter) {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts.into_iter().map(SmolStr::new).collect()
}

/// Calls `set` on every value that the spec leads to in `body`; what it returns takes the value's place.
/// `create` says what to make where the spec asks for it, and `span` who asks.
pub(crate) fn rewrite(
    body: &mut Node,
    gvk: &Gvk,
    spec: &Spec,
    create: Option<(Create, Span)>,
    set: &mut dyn FnMut(&Node) -> Result<Option<Node>>,
) -> Result<()> {
    if !Id::selects(&spec.gvk, gvk) {
        return Ok(());
    }
    let path = spec.path.strip_prefix('/').unwrap_or(&spec.path);
    let create = create.filter(|_| spec.create);
    let rewritten = Walk { create, set }.at(body, Some(path)).map_err(|e| {
        let id = crate::id::gvk_text(gvk);
        e.context(format!("considering field '{}' of object {id}", spec.path)).or_at(body.span())
    })?;
    if let Some(rewritten) = rewritten {
        *body = rewritten;
    }
    Ok(())
}

/// The first part of a path, and the path behind it.
fn first_part(path: &str) -> (Cow<'_, str>, Option<&str>) {
    let mut slashes = path.match_indices('/').map(|(at, _)| at);
    let (part, rest) = match slashes.find(|at| !path[..*at].ends_with('\\')) {
        Some(at) => (&path[..at], Some(&path[at + 1..])),
        None => (path, None),
    };
    let is_plain = !part.contains(r"\/");
    (if is_plain { part.into() } else { part.replace(r"\/", "/").into() }, rest)
}

struct Walk<'s> {
    create: Option<(Create, Span)>,
    set: &'s mut dyn FnMut(&Node) -> Result<Option<Node>>,
}

impl Walk<'_> {
    fn at(&mut self, node: &Node, path: Option<&str>) -> Result<Option<Node>> {
        let Some(parts) = path else { return (self.set)(node) };
        match &node.value {
            _ if node.is_null() => Ok(None),
            Value::Map(_) => {
                let (part, rest) = first_part(parts);
                self.in_map(node, &part, rest)
            }
            Value::Seq(items) => {
                let mut changes = Vec::new();
                for (i, item) in items.iter().enumerate() {
                    if let Some(new) = self.at(item, path)? {
                        changes.push((i, new));
                    }
                }
                if changes.is_empty() {
                    return Ok(None);
                }
                let mut node = node.clone();
                let items = node.as_seq_mut().map(Vec::as_mut_slice).unwrap_or_default();
                for (i, new) in changes {
                    if let Some(slot) = items.get_mut(i) {
                        *slot = new;
                    }
                }
                Ok(Some(node))
            }
            Value::Scalar(_) => Err(Error::at("expected sequence or mapping node", node.span())),
        }
    }

    fn in_map(&mut self, node: &Node, part: &str, rest: Option<&str>) -> Result<Option<Node>> {
        let (name, is_list) = match part.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (part, false),
        };
        if name.is_empty() {
            return Err(Error::at("cannot set or create an empty field name", node.span()));
        }
        if name == "*" {
            return Err(Error::at("wildcard is not supported in PathGetter", node.span()));
        }
        if names_an_item(name) {
            return Err(wrong_kind(node, "SequenceNode"));
        }
        let create = self.create.filter(|_| !is_list);
        let old = node.get(name);
        // A null in the way becomes what the path needs there.
        let made = match (old, create) {
            (None, None) => return Ok(None),
            (Some(old), _) if !old.is_null() => None,
            (Some(old), None) if is_list => Some(Node::seq(Vec::new(), old.origin.clone())),
            (Some(_), None) => None,
            (old, Some((kind, span))) => {
                let origin = old.map_or_else(|| Origin::new(span), |o| o.origin.clone());
                Some(if rest.is_none() && kind == Create::Scalar {
                    Node::scalar(Scalar::plain(""), origin)
                } else {
                    Node::map(Vec::new(), origin)
                })
            }
        };
        let Some(child) = made.as_ref().or(old) else { return Ok(None) };
        let changed = self.at(child, rest)?;
        let Some(new) = changed.or(made) else { return Ok(None) };
        let mut node = node.clone();
        let key_span = create.map_or(node.span(), |(_, span)| span);
        node.set(Entry::new(name, key_span, new));
        Ok(Some(node))
    }
}

/// Whether a part of a path means an item of a list, so that no map has it.
fn names_an_item(part: &str) -> bool {
    part == "-" || part.parse::<i64>().is_ok() || part.starts_with('[') && part.ends_with(']')
}

/// What kind of value a written text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// Text.
    Str,
    /// A whole number.
    Int,
    /// What it reads as, if the style is plain.
    Implied,
}

/// `text` in the place of a scalar, in the style of the old one: what was quoted stays text.
pub(crate) fn written(
    old: &Node,
    text: impl Into<SmolStr>,
    tag: Tag,
    by: &'static str,
    span: Span,
) -> Result<Node> {
    let Value::Scalar(before) = &old.value else {
        return Err(wrong_kind(old, "ScalarNode"));
    };
    let text = text.into();
    let quoted = before.style.is_quoted();
    let implied = resolve(&text, Dialect::Kustomize);
    let kind = match tag {
        _ if quoted => ScalarKind::Str,
        Tag::Str => ScalarKind::Str,
        Tag::Int => ScalarKind::Int,
        Tag::Implied => implied,
    };
    let style = if quoted {
        before.style
    } else if tag == Tag::Implied {
        Style::Untagged
    } else if kind == implied {
        Style::Plain
    } else {
        Style::Tagged
    };
    let scalar = Scalar { text, kind, style, exposure: before.exposure };
    Ok(Node::scalar(scalar, overridden(old, by, span)))
}

/// A string, quoted only if a reader might take it for something else.
pub(crate) fn string(text: impl Into<SmolStr>, origin: Origin) -> Node {
    let text = text.into();
    let is_text = |dialect| resolve(&text, dialect) == ScalarKind::Str;
    let plain = is_text(Dialect::Kustomize) && is_text(Dialect::Kubectl);
    let style = if plain { Style::Plain } else { Style::Double };
    Node::scalar(Scalar { style, ..Scalar::string(text) }, origin)
}

/// The origin of a value that `span` writes over `old`.
pub(crate) fn overridden(old: &Node, by: &'static str, span: Span) -> Origin {
    if old.origin.span == span { old.origin.clone() } else { old.origin.overridden(by, span) }
}

/// A map with one entry set to text, in the style of what stood there.
pub(crate) fn with_entry(
    map: &Node,
    key: &str,
    text: &str,
    by: &'static str,
    key_span: Span,
    span: Span,
) -> Result<Option<Node>> {
    if map.is_null() {
        return Ok(None);
    }
    if map.as_map().is_none() {
        return Err(wrong_kind(map, "MappingNode"));
    }
    let value = match map.get(key) {
        Some(old) if !old.is_null() => written(old, text, Tag::Str, by, span)?,
        Some(old) => string(text, overridden(old, by, span)),
        None => {
            check_new_key(key, key_span)?;
            string(text, Origin::new(span))
        }
    };
    let mut map = map.clone();
    map.set(Entry::new(key, key_span, value));
    Ok(Some(map))
}

pub(crate) fn wrong_kind(node: &Node, wanted: &str) -> Error {
    let found = match &node.value {
        Value::Map(_) => "MappingNode",
        Value::Seq(_) => "SequenceNode",
        Value::Scalar(_) => "ScalarNode",
    };
    Error::at(format!("wrong node kind: expected {wanted} but got {found}"), node.span())
}

#[cfg(test)]
mod tests {
    use super::{first_part, split_path};

    #[test]
    fn an_escaped_slash_belongs_to_the_name() {
        let parts = split_path(r"metadata/annotations/a.io\/b", '/');
        assert_eq!(parts, ["metadata", "annotations", "a.io/b"]);
        assert_eq!(first_part(r"a.io\/b/c"), ("a.io/b".into(), Some("c")));
        assert_eq!(first_part(r"a\/\/b"), ("a//b".into(), None));
    }
}
