//! What a schema takes that another does not.

use gitops_model::{FieldPath, Segment};
use gitops_schema::Pairing::Atomic;
use gitops_schema::{is_checked_format, pairing};
use gitops_yaml::Node;

/// One thing that is no longer taken.
pub(super) struct Narrowing {
    /// The field.
    pub(super) path: FieldPath,
    /// What about it.
    pub(super) what: &'static str,
}

/// Limits that grow tighter as they grow.
const LEAST: [&str; 4] = ["minimum", "minLength", "minItems", "minProperties"];
/// Limits that grow tighter as they shrink.
const MOST: [&str; 4] = ["maximum", "maxLength", "maxItems", "maxProperties"];

/// What the first schema takes and the second does not, from the top down.
pub(super) fn narrowings(old: &Node, new: &Node) -> Vec<Narrowing> {
    let mut out = Vec::new();
    compare(old, new, &FieldPath::default(), &mut out);
    out
}

fn compare(old: &Node, new: &Node, path: &FieldPath, out: &mut Vec<Narrowing>) {
    if old.same(new) {
        return;
    }
    let mut say = |path: &FieldPath, what| out.push(Narrowing { path: path.clone(), what });
    for name in required(new).filter(|name| required(old).all(|known| known != *name)) {
        if new.at(&["properties", name, "default"]).is_none() {
            say(&path.key(name), "has to be there");
        }
    }
    CHECKS.iter().filter(|(narrows, _)| narrows(old, new)).for_each(|(_, what)| say(path, what));
    for entry in old.get("properties").map_or(&[][..], Node::entries) {
        match new.at(&["properties", &entry.key]) {
            Some(after) => compare(&entry.value, after, &path.key(&entry.key), out),
            None if is_open(new) => {}
            None => out.push(Narrowing { path: path.key(&entry.key), what: DROPPED }),
        }
    }
    for (key, step) in
        [("items", Segment::Index(0)), ("additionalProperties", Segment::Key("*".into()))]
    {
        if let (Some(before), Some(after)) = (old.get(key), new.get(key)) {
            compare(before, after, &path.with(step), out);
        }
    }
}

/// Whether the second of two schemas takes less in one respect.
type Narrows = fn(&Node, &Node) -> bool;

/// The respects in which a schema may take less, those of its fields left out.
const CHECKS: [(Narrows, &str); 13] = [
    (is_another_type, "is of another type"),
    (is_another_format, "has another format"),
    (|old, new| is_changed(old, new, "pattern"), "has another pattern"),
    (|old, new| is_true(old, "nullable") && !is_true(new, "nullable"), "may not be null"),
    (|old, new| lacks(new, old, "enum"), "has fewer allowed values"),
    (is_tighter, "has tighter limits"),
    (asks_more_in_combination, "has to fit another combination of schemas"),
    (has_more_rules, "has another rule"),
    (|old, new| has_become(old, new, "x-kubernetes-embedded-resource"), "has to be a whole object"),
    (|old, new| pairing(old) == Atomic && pairing(new) != Atomic, "may hold no item twice"),
    (tells_items_apart_otherwise, "tells its items apart by other keys"),
    (
        |old, new| pairing(old) != Atomic && pairing(new) == Atomic,
        "is replaced as a whole when applied",
    ),
    (|old, new| is_open(old) && !is_open(new), NAMED_ALONE),
];

/// A field that the new schema does not name: the server cuts it off when it reads and when it writes.
const DROPPED: &str = "is dropped";
const NAMED_ALONE: &str = "keeps no fields that the schema does not name";

impl Narrowing {
    /// Whether values are cut off, rather than refused.
    pub(super) fn cuts_off(&self) -> bool {
        [DROPPED, NAMED_ALONE].contains(&self.what)
    }
}

/// Whether fields are kept that the schema does not name.
fn is_open(schema: &Node) -> bool {
    is_true(schema, "x-kubernetes-preserve-unknown-fields")
        || schema.get("additionalProperties").is_some_and(|more| more.as_bool() != Some(false))
}

fn text<'n>(schema: &'n Node, key: &str) -> Option<&'n str> {
    schema.get(key).and_then(Node::text)
}

fn is_changed(old: &Node, new: &Node, key: &str) -> bool {
    text(new, key).is_some() && text(old, key) != text(new, key)
}

/// Whether a flag is set that was not.
fn has_become(old: &Node, new: &Node, flag: &str) -> bool {
    is_true(new, flag) && !is_true(old, flag)
}

/// Every whole number is a number.
fn is_another_type(old: &Node, new: &Node) -> bool {
    let widened = (text(old, "type"), text(new, "type")) == (Some("integer"), Some("number"));
    is_changed(old, new, "type") && !widened
}

/// The server looks at the formats that it knows, and at the range of `int32`.
fn is_another_format(old: &Node, new: &Node) -> bool {
    let checked = |format: &str| format == "int32" || is_checked_format(format);
    is_changed(old, new, "format") && text(new, "format").is_some_and(checked)
}

/// `anyOf` takes more with every schema in it, `allOf` less; of the others it is not known. The two types of an
/// integer or a string say nothing more.
fn asks_more_in_combination(old: &Node, new: &Node) -> bool {
    let parts =
        |node: &Node, key: &str| node.get(key).map(|n| n.items().to_vec()).unwrap_or_default();
    let all_in =
        |some: &[Node], others: &[Node]| some.iter().all(|s| others.iter().any(|o| s.same(o)));
    let [any, all, one] = ["anyOf", "allOf", "oneOf"].map(|key| (parts(old, key), parts(new, key)));
    let either = is_true(new, "x-kubernetes-int-or-string");
    let any_less = !any.1.is_empty() && !either && (any.0.is_empty() || !all_in(&any.0, &any.1));
    let one_same = all_in(&one.0, &one.1) && all_in(&one.1, &one.0);
    let not_other = new.get("not").is_some_and(|not| old.get("not").is_none_or(|o| !o.same(not)));
    any_less || !(one.1.is_empty() || one_same) || not_other || !all_in(&all.1, &all.0)
}

fn tells_items_apart_otherwise(old: &Node, new: &Node) -> bool {
    let (old, new) = (pairing(old), pairing(new));
    old != new && old != Atomic && new != Atomic
}

fn required(schema: &Node) -> impl Iterator<Item = &str> {
    schema.get("required").map_or(&[][..], Node::items).iter().filter_map(Node::text)
}

fn is_true(schema: &Node, key: &str) -> bool {
    schema.get(key).and_then(Node::as_bool) == Some(true)
}

/// Whether a list of allowed values is new, or shorter by one that was allowed.
fn lacks(new: &Node, old: &Node, key: &str) -> bool {
    let Some(allowed) = new.get(key).map(Node::items) else { return false };
    old.get(key)
        .is_none_or(|known| known.items().iter().any(|k| !allowed.iter().any(|a| a.same(k))))
}

/// Whether there is a rule that the old schema has not.
fn has_more_rules(old: &Node, new: &Node) -> bool {
    let rules = |node: &'_ Node| {
        node.get("x-kubernetes-validations").map(|n| n.items().to_vec()).unwrap_or_default()
    };
    let known = rules(old);
    let is_known = |rule: &Node| known.iter().any(|k| text(k, "rule") == text(rule, "rule"));
    !rules(new).iter().all(is_known)
}

fn is_tighter(old: &Node, new: &Node) -> bool {
    let number = |node: &Node, key: &str| node.get(key).and_then(Node::text)?.parse::<f64>().ok();
    let raised = |key: &&str| {
        // No length is below nothing.
        let least = if **key == *"minimum" { f64::NEG_INFINITY } else { 0.0 };
        number(new, key).is_some_and(|n| n > number(old, key).unwrap_or(least))
    };
    let lowered =
        |key: &&str| number(new, key).is_some_and(|n| number(old, key).is_none_or(|o| n < o));
    let factor = number(new, "multipleOf").is_some_and(|n| number(old, "multipleOf") != Some(n));
    let open = ["exclusiveMinimum", "exclusiveMaximum"].iter().any(|key| has_become(old, new, key));
    LEAST.iter().any(raised) || MOST.iter().any(lowered) || factor || open
}
