//! Manifests that the server, or kubectl before it, cannot make an object of.

use gitops_model::{ApplyMode, FieldPath, Resource};
use gitops_schema::{List, Pairing, Quantity, Struct, Type, identity, is_unknown, whole};
use gitops_yaml::Node;

use crate::{Refusal, Update};

/// Whether the new manifest would be refused as a create too: a value of the wrong type, and under
/// server-side apply an item without its keys or with those of another. Where the old one was no better
/// the object exists all the same: what does not fit is a placeholder that is filled in on the way.
pub(crate) fn is_malformed(update: &Update<'_>, known: &Struct) -> bool {
    let strict = update.mode == ApplyMode::ServerSide;
    let fits = |object: &Resource| fields_fit(&object.body, known, strict);
    !fits(update.new) && fits(update.old)
}

/// Whether a requirement names a label, and values where its operator wants them.
fn is_requirement(node: &Node) -> bool {
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
    let values = node.get("values").map(Node::items).unwrap_or_default().len();
    let fits = match text("operator") {
        "In" | "NotIn" => values > 0,
        "Exists" | "DoesNotExist" => values == 0,
        "Gt" | "Lt" => values == 1,
        _ => false,
    };
    fits && !text("key").is_empty()
}

/// Whether a toleration's fields go together.
fn is_toleration(node: &Node) -> bool {
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
    let fits = match text("operator") {
        "Exists" => text("value").is_empty(),
        "" | "Equal" | "Lt" | "Gt" => !text("key").is_empty(),
        _ => false,
    };
    let effect = text("effect");
    fits && ["", "NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&effect)
        && (effect == "NoExecute" || node.get("tolerationSeconds").is_none_or(Node::is_null))
}

fn fields_fit(node: &Node, known: &Struct, strict: bool) -> bool {
    node.entries().iter().all(|entry| match known.fields.get(&entry.key) {
        Some(field) => fits(&entry.value, &field.ty, strict),
        None => true,
    })
}

fn fits(node: &Node, ty: &Type, strict: bool) -> bool {
    if node.is_null() || is_unknown(node) {
        return true;
    }
    match ty {
        Type::Any | Type::IntOrString => true,
        Type::Quantity => node.text().is_some_and(|text| Quantity::parse(text).is_some()),
        Type::String | Type::Enum(_) | Type::Duration | Type::Bytes | Type::Time => {
            node.as_scalar().is_some()
        }
        Type::Bool => node.as_bool().is_some(),
        Type::Int => whole(node).is_some_and(|number| i32::try_from(number).is_ok()),
        Type::Long => whole(node).is_some(),
        Type::Float => node.as_scalar().is_some() && node.as_str().is_none(),
        Type::Struct(known) => {
            node.as_map().is_some()
                && fields_fit(node, known, strict)
                && match known.name.as_str() {
                    "core/v1.NodeSelectorRequirement"
                    | "meta.k8s.io/v1.LabelSelectorRequirement" => is_requirement(node),
                    "core/v1.Toleration" => is_toleration(node),
                    _ => true,
                }
        }
        Type::Map(map) => {
            node.as_map().is_some()
                && node.entries().iter().all(|e| fits(&e.value, &map.value, strict))
        }
        Type::List(list) => {
            node.as_seq().is_some()
                && node.items().iter().all(|item| fits(item, &list.item, strict))
                && !(strict && has_twins(node, list))
        }
    }
}

/// Whether two items of a list are one and the same to server-side apply, or one has no key at all.
fn has_twins(node: &Node, list: &List) -> bool {
    if list.pairing == Pairing::Atomic {
        return false;
    }
    let mut seen: Vec<_> =
        node.items().iter().map(|item| identity(item, &list.pairing, &list.item)).collect();
    let keyless = seen.iter().any(|id| id.iter().all(|part| part.is_empty()));
    seen.sort_unstable();
    keyless || seen.windows(2).any(|pair| pair[0] == pair[1])
}

/// The structures whose key may be left out, so that a create takes what a patch cannot be computed for.
const KEYLESS: [&str; 2] = ["core/v1.LocalObjectReference", "core/v1.ObjectReference"];

/// What kubectl cannot compute a patch for: an item of a list without the list's merge key.
pub(crate) fn unpatchable(update: &Update<'_>, known: &Struct) -> Option<Refusal> {
    if update.mode != ApplyMode::ClientSide {
        return None;
    }
    let top = FieldPath::default();
    let (key, path) = [update.old, update.new]
        .into_iter()
        .find_map(|object| keyless_field(&object.body, known, &top))?;
    Some(Refusal {
        message: format!("map does not contain declared merge key: {key}"),
        source: "staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go diffListsOfMaps",
        certain: true,
        before: path.find(&update.old.body).cloned(),
        after: path.find(&update.new.body).cloned(),
        path,
    })
}

fn keyless_field(node: &Node, known: &Struct, at: &FieldPath) -> Option<(String, FieldPath)> {
    node.entries().iter().find_map(|entry| {
        keyless(&entry.value, &known.fields.get(&entry.key)?.ty, &at.key(&entry.key))
    })
}

fn keyless(node: &Node, ty: &Type, at: &FieldPath) -> Option<(String, FieldPath)> {
    match ty {
        Type::Struct(known) => keyless_field(node, known, at),
        Type::Map(map) => {
            node.entries().iter().find_map(|e| keyless(&e.value, &map.value, &at.key(&e.key)))
        }
        Type::List(list) => node.items().iter().enumerate().find_map(|(i, item)| {
            match &list.patch {
                Pairing::Keys(keys) => {
                    let optional =
                        matches!(&list.item, Type::Struct(s) if KEYLESS.contains(&s.name.as_str()));
                    match keys.iter().find(|key| item.get(key).is_none()) {
                        Some(key) if optional => Some((key.to_string(), at.index(i))),
                        _ => keyless(item, &list.item, &at.index(i)),
                    }
                }
                // A list without merge keys is replaced whole.
                Pairing::Set | Pairing::Atomic => None,
            }
        }),
        _ => None,
    }
}
