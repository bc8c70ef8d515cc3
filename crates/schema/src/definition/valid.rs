//! Whether a custom resource fits its schema.

use std::collections::BTreeSet;

use gitops_model::FieldPath;
use gitops_yaml::{Node, Origin, ScalarKind};

use super::schema::{flag, pairing, property};
use crate::format::{Format, matches};
use crate::validity::{Fault, Place, Violation, is_unknown, nearest, one_of};
use crate::{Pairing, Type, identity};

/// What is wrong with an object by the schema of its definition.
pub(super) fn violations(object: &Node, schema: &Node) -> Vec<Violation> {
    let mut walk = Walk { found: Vec::new(), closed: true };
    walk.value(object, schema, &Place::at(&FieldPath::default()), Depth::Top);
    walk.found
}

/// Where the API server takes fields of its own for granted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Top,
    Below,
}

struct Walk {
    found: Vec<Violation>,
    /// Whether fields have to be known. Parts of a combination name only those that they constrain.
    closed: bool,
}

impl Walk {
    /// A null is taken away where it may not be, so it is as good as absent.
    fn value(&mut self, node: &Node, schema: &Node, at: &Place<'_>, depth: Depth) {
        if node.is_null() || is_unknown(node) {
            return;
        }
        if let Some(wanted) = wrong_type(node, schema) {
            self.found.push(at.violation(node, Fault::WrongType { wanted }));
            return;
        }
        for fault in refused(node, schema) {
            self.found.push(at.violation(node, fault));
        }
        self.combined(node, schema, at);
        self.required(node, schema, at);
        self.entries(node, schema, at, depth);
        self.items(node, schema, at);
    }

    fn entries(&mut self, node: &Node, schema: &Node, at: &Place<'_>, depth: Depth) {
        let whole = depth == Depth::Top || flag(schema, "x-kubernetes-embedded-resource");
        let own = |key: &str| {
            whole && matches!(key, "apiVersion" | "kind" | "metadata")
                || depth == Depth::Top && matches!(key, "status" | "sops")
        };
        for entry in node.entries() {
            if own(&entry.key) {
                continue;
            }
            let place = at.key(&entry.key);
            match property(schema, &entry.key) {
                Some(schema) => self.value(&entry.value, schema, &place, Depth::Below),
                None if self.closed && is_closed(schema) => {
                    let known = schema.get("properties").map(Node::entries).unwrap_or_default();
                    let fault =
                        Fault::Unknown { near: nearest(&entry.key, known.iter().map(|e| &e.key)) };
                    let origin = Origin::new(entry.key_span);
                    self.found.push(place.written_by(&entry.value, fault, origin));
                }
                None => {}
            }
        }
    }

    fn required(&mut self, node: &Node, schema: &Node, at: &Place<'_>) {
        if node.as_map().is_none() {
            return;
        }
        let required = schema.get("required").map(Node::items).unwrap_or_default();
        for key in required.iter().filter_map(Node::text) {
            let defaulted = property(schema, key).is_some_and(|s| s.get("default").is_some());
            let nullable = || property(schema, key).is_some_and(|s| flag(s, "nullable"));
            let there = node.get(key).is_some_and(|value| !value.is_null() || nullable());
            if !there && !defaulted {
                self.found.push(at.key(key).violation(node, Fault::Missing));
            }
        }
    }

    fn items(&mut self, node: &Node, schema: &Node, at: &Place<'_>) {
        let Some(inner) = schema.get("items") else { return };
        let pairing = pairing(schema);
        let keys = match &pairing {
            Pairing::Keys(keys) => &keys[..],
            Pairing::Atomic | Pairing::Set => &[],
        };
        let mut seen = BTreeSet::new();
        for (index, item) in node.items().iter().enumerate() {
            let place = at.item(index, item, keys);
            self.value(item, inner, &place, Depth::Below);
            let id = identity(item, &pairing, &Type::Any);
            let told = pairing != Pairing::Atomic && id.iter().all(|part| !part.is_empty());
            if told && !id.is_empty() && !seen.insert(id) {
                self.found.push(place.violation(item, Fault::Twice));
            }
        }
    }

    /// `allOf`, `anyOf`, `oneOf` and `not`, which constrain values that other keywords describe.
    fn combined(&mut self, node: &Node, schema: &Node, at: &Place<'_>) {
        let parts = |key: &str| schema.get(key).map(Node::items).unwrap_or_default();
        let broken = |schema: &Node| {
            let mut walk = Self { found: Vec::new(), closed: false };
            walk.value(node, schema, at, Depth::Below);
            walk.found
        };
        let fits = |schema: &&Node| broken(schema).is_empty();
        self.found.extend(parts("allOf").iter().flat_map(broken));
        let (any, one) = (parts("anyOf"), parts("oneOf"));
        let held = (any.is_empty() || any.iter().any(|s| fits(&s)))
            && (one.is_empty() || one.iter().filter(fits).count() == 1)
            && !schema.get("not").is_some_and(|not| fits(&not));
        if !held {
            let allowed = "what its CustomResourceDefinition asks for in combination".to_owned();
            self.found.push(at.violation(node, Fault::NotAllowed { allowed, near: None }));
        }
    }
}

/// Whether fields that the schema does not name are dropped.
fn is_closed(schema: &Node) -> bool {
    schema.get("properties").is_some()
        && !flag(schema, "x-kubernetes-preserve-unknown-fields")
        && schema.get("additionalProperties").is_none()
}

/// What is wanted, where the value is something else.
fn wrong_type(node: &Node, schema: &Node) -> Option<&'static str> {
    if flag(schema, "x-kubernetes-int-or-string") {
        let fits = crate::whole(node).is_some() || is_text(node);
        return (!fits).then_some("a whole number or a string");
    }
    let (fits, wanted) = match schema.get("type").and_then(Node::text)? {
        "string" => (is_text(node), "a string"),
        "boolean" => (node.as_bool().is_some(), "`true` or `false`"),
        "integer" => (crate::whole(node).is_some(), "a whole number"),
        "number" => (number(node).is_some() && !is_text(node), "a number"),
        "array" => (node.as_seq().is_some(), "a list"),
        "object" => (node.as_map().is_some(), "a map"),
        _ => return None,
    };
    (!fits).then_some(wanted)
}

fn is_text(node: &Node) -> bool {
    node.as_scalar().is_some_and(|s| matches!(s.kind, ScalarKind::Str | ScalarKind::Timestamp))
}

fn number(node: &Node) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "bounds are small")]
    crate::whole(node).map(|n| n as f64).or_else(|| node.text()?.parse().ok())
}

/// Why a value of the right type is not taken.
fn refused(node: &Node, schema: &Node) -> Vec<Fault> {
    let mut allowed: Vec<String> = bounds(node, schema);
    let mut near = None;
    if let Some(values) = schema.get("enum").map(Node::items)
        && !values.iter().any(|value| value.same(node) || value.text() == node.text())
    {
        let texts: Vec<_> =
            values.iter().filter_map(Node::as_scalar).map(|s| s.text.clone()).collect();
        near = node.text().and_then(|text| nearest(text, &texts));
        allowed.push(one_of(texts.iter()));
    }
    if let (true, Some(text)) = (is_text(node), node.text()) {
        let format = schema.get("format").and_then(Node::text).and_then(Format::named);
        allowed.extend(format.filter(|f| !(f.holds)(text)).map(|f| f.wanted.to_owned()));
        let pattern = schema.get("pattern").and_then(Node::text);
        let broken = pattern.filter(|pattern| !matches(pattern, text));
        allowed.extend(broken.map(|pattern| format!("text that matches `{pattern}`")));
    }
    let fault = |allowed| Fault::NotAllowed { allowed, near: near.clone() };
    allowed.into_iter().map(fault).collect()
}

/// The bounds that a value breaks.
fn bounds(node: &Node, schema: &Node) -> Vec<String> {
    #[expect(clippy::cast_precision_loss, reason = "no list is that long")]
    let (amount, least, most, unit) = match (node.as_seq(), node.as_map(), node.text()) {
        (Some(items), ..) => (items.len() as f64, "minItems", "maxItems", " items"),
        (_, Some(entries), _) => {
            (entries.len() as f64, "minProperties", "maxProperties", " entries")
        }
        (.., Some(text)) if is_text(node) => {
            (text.chars().count() as f64, "minLength", "maxLength", " characters")
        }
        _ => match number(node) {
            Some(number) => (number, "minimum", "maximum", ""),
            None => return Vec::new(),
        },
    };
    let bound = |key: &str| schema.get(key).and_then(number);
    let open = |key: &str| flag(schema, key);
    let mut broken = Vec::new();
    if let Some(least) = bound(least)
        && (amount < least || amount == least && unit.is_empty() && open("exclusiveMinimum"))
    {
        broken.push(format!("at least {least}{unit}"));
    }
    if let Some(most) = bound(most)
        && (amount > most || amount == most && unit.is_empty() && open("exclusiveMaximum"))
    {
        broken.push(format!("at most {most}{unit}"));
    }
    broken
}
