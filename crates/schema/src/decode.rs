//! What the API server makes of a manifest: a value in the one form in which equal values are the same.

use gitops_yaml::{Entry, Node, Scalar, SmolStr};

use crate::{Quantity, Struct, Type};

/// The object as the API server decodes it, before it is defaulted. What means the same is written the
/// same: nulls, unknown fields, empty lists and maps, and zero values that are not told apart from
/// absent ones are left out, and quantities are reduced. [`Node::same`] of two decoded objects is
/// `apiequality.Semantic.DeepEqual`.
#[must_use]
pub fn decode(node: &Node, known: &Struct) -> Node {
    structure(node, known)
}

fn structure(node: &Node, known: &Struct) -> Node {
    if known.open {
        return node.clone();
    }
    let entries = node.entries().iter().filter_map(|entry| {
        let field = known.fields.get(&entry.key)?;
        let value = value(&entry.value, &field.ty, field.pointer)?;
        Some(Entry { key: entry.key.clone(), key_span: entry.key_span, value })
    });
    Node::map(entries.collect(), node.origin.clone())
}

/// `None` where the value is no other than an absent one.
fn value(node: &Node, ty: &Type, pointer: bool) -> Option<Node> {
    if node.is_null() {
        return None;
    }
    let decoded = element(node, ty);
    let absent = match ty {
        Type::Any | Type::Time | Type::Quantity => false,
        Type::List(_) => decoded.as_seq().is_some_and(<[_]>::is_empty),
        Type::Map(_) => decoded.as_map().is_some_and(<[_]>::is_empty),
        Type::Struct(_) => !pointer && decoded.as_map().is_some_and(<[_]>::is_empty),
        _ if pointer => false,
        Type::Bool => decoded.as_bool() == Some(false),
        Type::Int | Type::Float => decoded.as_i64() == Some(0),
        Type::String | Type::Bytes => decoded.text() == Some(""),
        Type::IntOrString => decoded.text() == Some("") || decoded.as_i64() == Some(0),
    };
    (!absent).then_some(decoded)
}

/// A value that is there, be it empty: a list's item, a map's value.
fn element(node: &Node, ty: &Type) -> Node {
    match ty {
        Type::Any | Type::IntOrString => node.clone(),
        Type::Bool => rewritten(node, |text| Scalar::plain(text.to_ascii_lowercase())),
        Type::Int | Type::Float => rewritten(node, |text| Scalar::plain(text.clone())),
        Type::String | Type::Bytes | Type::Time => {
            rewritten(node, |text| Scalar::string(text.clone()))
        }
        Type::Quantity => rewritten(node, |text| {
            Scalar::string(
                Quantity::parse(text).map_or_else(|| text.clone(), |q| q.to_string().into()),
            )
        }),
        Type::List(list) => {
            let items = node.items().iter().map(|item| element(item, &list.item));
            node.as_seq()
                .map_or_else(|| node.clone(), |_| Node::seq(items.collect(), node.origin.clone()))
        }
        Type::Map(map) => {
            let entries = node.entries().iter().filter(|e| !e.value.is_null()).map(|e| Entry {
                key: e.key.clone(),
                key_span: e.key_span,
                value: element(&e.value, &map.value),
            });
            node.as_map()
                .map_or_else(|| node.clone(), |_| Node::map(entries.collect(), node.origin.clone()))
        }
        Type::Struct(known) if node.as_map().is_some() || node.is_null() => structure(node, known),
        Type::Struct(_) => node.clone(),
    }
}

fn rewritten(node: &Node, write: impl FnOnce(&SmolStr) -> Scalar) -> Node {
    let Some(scalar) = node.as_scalar() else { return node.clone() };
    let written = Scalar { exposure: scalar.exposure, ..write(&scalar.text) };
    Node::scalar(written, node.origin.clone())
}
