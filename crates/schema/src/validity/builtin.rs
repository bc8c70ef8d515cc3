//! Kinds that are known by their types: what the API server's decoder and server-side apply make of each value.

use std::collections::BTreeSet;

use gitops_model::FieldPath;
use gitops_yaml::{Entry, Node, Origin};

use super::place::Place;
use super::scalar::scalar;
use super::unknown::is_unknown;
use super::violation::{Fault, Violation, nearest};
use super::{across, limits};
use crate::{Field, List, Pairing, Struct, Type, identity};

/// What is wrong with an object, or a part of it at a path, by its type. The status is not looked at:
/// whoever applies a manifest does not write it.
#[must_use]
pub fn violations(node: &Node, known: &Struct, path: &FieldPath) -> Vec<Violation> {
    let mut walk = Walk { found: Vec::new() };
    walk.fields(node, known, &Place::at(path));
    across::forgive_claims(path.0.is_empty().then_some(node), &mut walk.found);
    walk.found
}

/// What every object has beside its metadata; `sops` is taken away when it is decrypted.
const WHOLE: [&str; 4] = ["apiVersion", "kind", "status", "sops"];

struct Walk {
    found: Vec<Violation>,
}

impl Walk {
    /// A map with known keys.
    fn fields(&mut self, node: &Node, known: &Struct, at: &Place<'_>) {
        let whole = known.fields.contains_key("metadata");
        for entry in node.entries() {
            match known.fields.get(&entry.key) {
                Some(field) if is_left_empty(&entry.value, field) => {}
                Some(field) => {
                    let (value, place) = (&entry.value, at.key(&entry.key));
                    self.value(value, &field.ty, &place);
                    limits::check(value, field, &place, &mut self.found);
                }
                None if known.open || whole && WHOLE.contains(&&*entry.key) => {}
                None => self.found.push(unknown(entry, known, at)),
            }
        }
        for (key, field) in known.fields.iter().filter(|(_, field)| field.required) {
            if is_missing(node, key, field) {
                self.found.push(at.key(key).violation(node, Fault::Missing));
            }
        }
        across::check(node, &known.name, at, &mut self.found);
    }

    fn value(&mut self, node: &Node, ty: &Type, at: &Place<'_>) {
        if node.is_null() || is_unknown(node) {
            return;
        }
        match ty {
            Type::Any => {}
            Type::Struct(known) if node.as_map().is_some() => {
                self.fields(node, known, at);
            }
            Type::Map(map) if node.as_map().is_some() => {
                for entry in node.entries() {
                    self.value(&entry.value, &map.value, &at.key(&entry.key));
                }
            }
            Type::List(list) if node.as_seq().is_some() => self.items(node, list, at),
            _ => self.found.extend(scalar(node, ty).map(|fault| at.violation(node, fault))),
        }
    }

    fn items(&mut self, node: &Node, list: &List, at: &Place<'_>) {
        let keys = match &list.pairing {
            Pairing::Keys(keys) => &keys[..],
            Pairing::Atomic | Pairing::Set => &[],
        };
        let mut seen = BTreeSet::new();
        for (index, item) in node.items().iter().enumerate() {
            let place = at.item(index, item, keys);
            self.value(item, &list.item, &place);
            let id = identity(item, &list.pairing, &list.item);
            let told = list.pairing != Pairing::Atomic && id.iter().all(|part| !part.is_empty());
            if told && !id.is_empty() && !seen.insert(id) {
                self.found.push(place.violation(item, Fault::Twice));
            }
        }
    }
}

fn unknown(entry: &Entry, known: &Struct, at: &Place<'_>) -> Violation {
    let near = nearest(&entry.key, known.fields.keys().filter(|key| *key != "status"));
    let fault = Fault::Unknown { near };
    at.key(&entry.key).written_by(&entry.value, fault, Origin::new(entry.key_span))
}

fn is_missing(node: &Node, key: &str, field: &Field) -> bool {
    node.get(key).is_none_or(|value| value.is_null() || is_left_empty(value, field))
}

/// Whether it is an empty text or list that is as good as none.
fn is_left_empty(value: &Node, field: &Field) -> bool {
    let empty = match &field.ty {
        Type::String | Type::Enum(_) | Type::Bytes => value.as_str() == Some(""),
        Type::List(_) => value.as_seq().is_some_and(<[_]>::is_empty),
        _ => false,
    };
    empty && !field.pointer
}
