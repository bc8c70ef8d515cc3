//! What the API server makes of a manifest: a value in the one form in which equal values are the same.

use gitops_yaml::{Entry, Node, Scalar, SmolStr};

use crate::{Quantity, Struct, Type, whole};

/// The object as the API server decodes it, before it is defaulted. What means the same is written the
/// same: nulls, unknown fields, empty lists and maps, and zero values that are not told apart from
/// absent ones are left out, and quantities are reduced. [`Node::same`] of two decoded objects is
/// `apiequality.Semantic.DeepEqual`.
#[must_use]
pub fn decode(node: &Node, known: &Struct) -> Node {
    structure(node, known, Zeroes::Dropped)
}

/// The manifest as an apply reads it: like [`decode`], but empty and zero values stay, for what a
/// manifest names is its own.
#[must_use]
pub fn read(node: &Node, known: &Struct) -> Node {
    structure(node, known, Zeroes::Kept)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Zeroes {
    Kept,
    Dropped,
}

fn structure(node: &Node, known: &Struct, zeroes: Zeroes) -> Node {
    let entries = node.entries().iter().filter_map(|entry| {
        let value = match known.fields.get(&entry.key) {
            Some(field) => value(&entry.value, &field.ty, field.pointer, zeroes)?,
            None if known.open => entry.value.clone(),
            None => return None,
        };
        Some(Entry { value, ..entry.clone() })
    });
    Node::map(entries.collect(), node.origin.clone())
}

/// `None` where the value is no other than an absent one.
fn value(node: &Node, ty: &Type, pointer: bool, zeroes: Zeroes) -> Option<Node> {
    if node.is_null() {
        return None;
    }
    let decoded = element(node, ty, zeroes);
    let kept = zeroes == Zeroes::Kept || !is_zero(&decoded, ty, pointer);
    kept.then_some(decoded)
}

fn is_zero(node: &Node, ty: &Type, pointer: bool) -> bool {
    match ty {
        Type::Any | Type::Time | Type::Quantity => false,
        Type::List(_) => node.as_seq().is_some_and(<[_]>::is_empty),
        Type::Map(_) => node.as_map().is_some_and(<[_]>::is_empty),
        _ if pointer => false,
        Type::Struct(_) => node.as_map().is_some_and(<[_]>::is_empty),
        Type::Bool => node.as_bool() == Some(false),
        Type::Int | Type::Long | Type::Float => node.as_i64() == Some(0),
        Type::String | Type::Enum(_) | Type::Duration | Type::Bytes => node.text() == Some(""),
        Type::IntOrString => node.text() == Some("") || node.as_i64() == Some(0),
    }
}

/// A value that is there, be it empty: a list's item, a map's value.
fn element(node: &Node, ty: &Type, zeroes: Zeroes) -> Node {
    match ty {
        Type::IntOrString if whole(node).is_some() => element(node, &Type::Long, zeroes),
        Type::Any | Type::IntOrString => node.clone(),
        Type::Bool => rewritten(node, |text| Scalar::plain(text.to_ascii_lowercase())),
        Type::Int | Type::Long => rewritten(node, |text| {
            let number = whole(node).map(|number| number.to_string().into());
            Scalar::plain(number.unwrap_or_else(|| text.clone()))
        }),
        Type::Float => rewritten(node, |text| Scalar::plain(text.clone())),
        Type::String | Type::Enum(_) | Type::Duration | Type::Bytes | Type::Time => {
            rewritten(node, |text| Scalar::string(text.clone()))
        }
        Type::Quantity => rewritten(node, |text| {
            let reduced = Quantity::parse(text).map(|quantity| quantity.to_string().into());
            Scalar::string(reduced.unwrap_or_else(|| text.clone()))
        }),
        Type::List(list) if node.as_seq().is_some() => {
            let items = node.items().iter().map(|item| element(item, &list.item, zeroes));
            Node::seq(items.collect(), node.origin.clone())
        }
        Type::Map(map) if node.as_map().is_some() => {
            let entries = node.entries().iter().filter(|e| !e.value.is_null());
            let entries = entries.map(|entry| Entry {
                value: element(&entry.value, &map.value, zeroes),
                ..entry.clone()
            });
            Node::map(entries.collect(), node.origin.clone())
        }
        Type::Struct(known) if node.as_map().is_some() || node.is_null() => {
            structure(node, known, zeroes)
        }
        Type::List(_) | Type::Map(_) | Type::Struct(_) => node.clone(),
    }
}

fn rewritten(node: &Node, write: impl FnOnce(&SmolStr) -> Scalar) -> Node {
    let Some(scalar) = node.as_scalar() else { return node.clone() };
    let written = Scalar { exposure: scalar.exposure, ..write(&scalar.text) };
    Node::scalar(written, node.origin.clone())
}
