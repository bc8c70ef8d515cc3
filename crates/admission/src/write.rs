//! What a write makes of the live object, before the server defaults it.

use gitops_model::ApplyMode;
use gitops_schema::{List, Pairing, Struct, Type, identity};
use gitops_yaml::{Entry, Node, SmolStr};

/// The three sides of a write.
#[derive(Clone, Copy)]
pub(crate) struct Sides<'a> {
    /// The live object.
    pub(crate) live: &'a Node,
    /// The manifest last applied; what it holds is owned.
    pub(crate) old: Option<&'a Node>,
    /// The manifest to apply.
    pub(crate) new: &'a Node,
}

/// What the server is asked to store. Under both kinds of apply, what the last manifest held and the
/// new one does not is taken away with all below it, what the new one holds is set, and what neither
/// holds stays as it is (structured-merge-diff's `Updater.Apply`, kubectl's
/// `CreateThreeWayMergePatch`). They differ in how they pair the items of lists.
pub(crate) fn written(sides: Sides<'_>, known: &Struct, mode: ApplyMode) -> Node {
    match mode {
        ApplyMode::Replace => sides.new.clone(),
        ApplyMode::ServerSide | ApplyMode::ClientSide => structure(sides, known, mode),
    }
}

fn structure(sides: Sides<'_>, known: &Struct, mode: ApplyMode) -> Node {
    if known.atomic && mode == ApplyMode::ServerSide {
        return sides.new.clone();
    }
    merged(sides, |key, sides| match known.fields.get(key) {
        Some(field) => {
            let sides = match sides.new.as_map() {
                // `$retainKeys`: what the new manifest does not name is dropped.
                Some(_) if field.retain_keys && mode == ApplyMode::ClientSide => {
                    Sides { old: Some(sides.live), ..sides }
                }
                _ => sides,
            };
            value(sides, &field.ty, mode)
        }
        None => value(sides, &Type::Any, mode),
    })
}

fn value(sides: Sides<'_>, ty: &Type, mode: ApplyMode) -> Node {
    match ty {
        Type::Struct(known) if is_map(sides) => structure(sides, known, mode),
        Type::Map(map) if is_map(sides) && !(map.atomic && mode == ApplyMode::ServerSide) => {
            merged(sides, |_, sides| value(sides, &map.value, mode))
        }
        Type::Any if is_map(sides) => merged(sides, |_, sides| value(sides, ty, mode)),
        Type::List(list) if sides.live.as_seq().is_some() && sides.new.as_seq().is_some() => {
            items(sides, list, mode)
        }
        _ => sides.new.clone(),
    }
}

fn is_map(sides: Sides<'_>) -> bool {
    sides.live.as_map().is_some() && sides.new.as_map().is_some()
}

/// Merges maps key by key; `each` merges a key that both the live object and the new manifest hold.
fn merged(sides: Sides<'_>, each: impl Fn(&str, Sides<'_>) -> Node) -> Node {
    let Sides { live, old, new } = sides;
    let kept = live.entries().iter().filter_map(|entry| match new.get(&entry.key) {
        Some(new) => {
            let old = old.and_then(|old| old.get(&entry.key));
            let value = each(&entry.key, Sides { live: &entry.value, old, new });
            Some(Entry { value, ..entry.clone() })
        }
        None if old.is_some_and(|old| old.get(&entry.key).is_some()) => None,
        None => Some(entry.clone()),
    });
    let added = new.entries().iter().filter(|entry| live.get(&entry.key).is_none());
    Node::map(kept.chain(added.cloned()).collect(), new.origin.clone())
}

/// Merges lists: items in the order of the new manifest, then what others added to the live object.
fn items(sides: Sides<'_>, list: &List, mode: ApplyMode) -> Node {
    let pairing = if mode == ApplyMode::ServerSide { &list.pairing } else { &list.patch };
    let identity = |item: &Node| identity(item, pairing, &list.item);
    let Sides { live, old, new } = sides;
    if *pairing == Pairing::Atomic {
        return new.clone();
    }
    let find = |among: Option<&'_ Node>, wanted: &[SmolStr]| {
        among?.items().iter().find(|item| identity(item) == wanted).cloned()
    };
    let mut merged: Vec<Node> = Vec::new();
    for item in new.items() {
        let id = identity(item);
        merged.push(match find(Some(live), &id) {
            Some(live) => {
                let old = find(old, &id);
                value(Sides { live: &live, old: old.as_ref(), new: item }, &list.item, mode)
            }
            None => item.clone(),
        });
    }
    for item in live.items() {
        let id = identity(item);
        if find(Some(new), &id).is_none() && find(old, &id).is_none() {
            merged.push(item.clone());
        }
    }
    Node::seq(merged, new.origin.clone())
}
