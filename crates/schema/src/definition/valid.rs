//! Whether a custom resource fits its schema. What does not fit is refused whatever it was before, and
//! its rules are not evaluated.

use gitops_yaml::Node;

use super::flag;
use super::shape::property;

/// Whether a value has the type, the fields and the bounds that a schema asks for.
pub(super) fn is_valid(node: &Node, schema: &Node) -> bool {
    if node.is_null() {
        return true;
    }
    has_type(node, schema)
        && has_format(node, schema)
        && is_one_of(node, schema)
        && is_in_bounds(node, schema)
        && has_required(node, schema)
        && node.entries().iter().all(|entry| {
            property(schema, &entry.key).is_none_or(|schema| is_valid(&entry.value, schema))
        })
        && node
            .items()
            .iter()
            .all(|item| schema.get("items").is_none_or(|schema| is_valid(item, schema)))
}

fn has_type(node: &Node, schema: &Node) -> bool {
    if flag(schema, "x-kubernetes-int-or-string") {
        return node.as_i64().is_some() || node.as_str().is_some();
    }
    match schema.get("type").and_then(Node::text) {
        Some("string") => node.as_str().is_some(),
        Some("boolean") => node.as_bool().is_some(),
        Some("integer") => node.as_i64().is_some(),
        Some("number") => number(node).is_some() && node.as_str().is_none(),
        Some("array") => node.as_seq().is_some(),
        Some("object") => node.as_map().is_some(),
        _ => true,
    }
}

/// Whether a text is in the format of a point in time, if it has to be: RFC 3339.
fn has_format(node: &Node, schema: &Node) -> bool {
    let Some(text) = node.as_str() else { return true };
    schema.get("format").and_then(Node::text) != Some("date-time") || is_date_time(text)
}

fn is_date_time(text: &str) -> bool {
    let fits = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(c, wanted)| match wanted {
                b'0' => c.is_ascii_digit(),
                b'T' => c.eq_ignore_ascii_case(&b'T'),
                _ => c == wanted,
            })
    };
    let (Some(time), Some(rest)) = (text.get(..19), text.get(19..)) else { return false };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    fits(time, "0000-00-00T00:00:00")
        && (matches!(zone, "Z" | "z") || fits(zone, "+00:00") || fits(zone, "-00:00"))
}

fn is_one_of(node: &Node, schema: &Node) -> bool {
    let Some(values) = schema.get("enum") else { return true };
    values.items().iter().any(|value| value.text() == node.text())
}

fn number(node: &Node) -> Option<f64> {
    node.text()?.parse().ok()
}

fn is_in_bounds(node: &Node, schema: &Node) -> bool {
    let bound = |key: &str| schema.get(key).and_then(number);
    let within = |least: &str, most: &str, amount: f64| {
        bound(least).is_none_or(|least| amount >= least)
            && bound(most).is_none_or(|most| amount <= most)
    };
    let length = |text: &str| text.chars().count() as f64;
    let fits_text = node.as_str().is_none_or(|s| within("minLength", "maxLength", length(s)));
    let fits_number = node.as_str().is_some()
        || number(node).is_none_or(|amount| within("minimum", "maximum", amount));
    let fits_list =
        node.as_seq().is_none_or(|items| within("minItems", "maxItems", items.len() as f64));
    let fits_map = node
        .as_map()
        .is_none_or(|entries| within("minProperties", "maxProperties", entries.len() as f64));
    fits_text && fits_number && fits_list && fits_map
}

fn has_required(node: &Node, schema: &Node) -> bool {
    let required = schema.get("required").map(Node::items).unwrap_or_default();
    node.as_map().is_none()
        || required.iter().filter_map(Node::text).all(|key| node.get(key).is_some())
}

/// Whether a value names a field that its schema does not know.
pub(super) fn has_unknown_fields(node: &Node, schema: &Node, top: bool) -> bool {
    let closed = schema.get("properties").is_some()
        && !flag(schema, "x-kubernetes-preserve-unknown-fields")
        && schema.get("additionalProperties").is_none();
    let unknown = |key: &str| {
        closed
            && property(schema, key).is_none()
            && !(top && matches!(key, "apiVersion" | "kind" | "metadata"))
    };
    node.entries().iter().any(|entry| {
        unknown(&entry.key)
            || property(schema, &entry.key)
                .is_some_and(|schema| has_unknown_fields(&entry.value, schema, false))
    }) || node.items().iter().any(|item| {
        schema.get("items").is_some_and(|schema| has_unknown_fields(item, schema, false))
    })
}
