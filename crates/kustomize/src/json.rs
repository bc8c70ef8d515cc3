//! JSON as Go writes it, and what a trip through it does to a tree.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;

use gitops_yaml::{
    Dialect, Entry, Node, Number, Origin, Scalar, ScalarKind, SmolStr, Style, Value, resolve,
};

/// A number as Go's JSON encoder writes it.
pub(crate) fn number(text: &str) -> String {
    match Number::parse(text) {
        Some(Number::Int(i)) => i.to_string(),
        Some(Number::Float(f)) => float(f),
        None => text.to_owned(),
    }
}

/// A float as Go's JSON encoder writes it: exponents from 1e21 and below 1e-6.
fn float(f: f64) -> String {
    let size = f.abs();
    if f == 0.0 || (1e-6..1e21).contains(&size) {
        return f.to_string();
    }
    let text = format!("{f:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}

/// A float as go-yaml writes it: `%g` with the shortest digits.
fn float_in_yaml(f: f64) -> String {
    let text = format!("{f:e}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let power: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&power) {
        return f.to_string();
    }
    let sign = if power < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", power.abs())
}

/// The text of a string in quotes, escaped as Go escapes it.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(is_escaped) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        match chars.next().unwrap_or_default() {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn is_escaped(c: char) -> bool {
    matches!(c, '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}')
}

/// Compact JSON with sorted keys.
pub(crate) fn encode(node: &Node, out: &mut String) {
    match &node.value {
        Value::Scalar(s) => encode_scalar(s, out),
        Value::Seq(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                encode(item, out);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            let sorted: BTreeMap<&SmolStr, &Node> =
                entries.iter().map(|e| (&e.key, &e.value)).collect();
            out.push('{');
            for (i, (key, value)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                quote(key, out);
                out.push(':');
                encode(value, out);
            }
            out.push('}');
        }
    }
}

fn encode_scalar(scalar: &Scalar, out: &mut String) {
    match scalar.kind {
        ScalarKind::Null => out.push_str("null"),
        ScalarKind::Bool => out.push_str(&scalar.text.to_ascii_lowercase()),
        ScalarKind::Int | ScalarKind::Float => out.push_str(&number(&scalar.text)),
        ScalarKind::Timestamp => quote(&time(&scalar.text), out),
        ScalarKind::Str => quote(&scalar.text, out),
    }
}

/// What remains of a tree that went to JSON, into Go values, and to YAML again: numbers are floats of 64
/// bits, and strings are quoted only where they must be.
pub(crate) fn round_trip(node: &mut Node) {
    if let Some(new) = round_tripped(node) {
        *node = new;
    }
}

fn round_tripped(node: &Node) -> Option<Node> {
    if let Value::Scalar(s) = &node.value {
        let new = round_trip_scalar(s).filter(|new| new != s)?;
        return Some(Node::scalar(new, node.origin.clone()));
    }
    let Ok(new) = node.with_children(&mut |child| Ok::<_, Infallible>(round_tripped(child)));
    new
}

/// A date or time as Go writes it.
fn time(text: &str) -> String {
    gitops_yaml::rfc3339(text).unwrap_or_else(|| text.to_owned())
}

fn round_trip_scalar(scalar: &Scalar) -> Option<Scalar> {
    let exposure = scalar.exposure;
    match scalar.kind {
        ScalarKind::Int | ScalarKind::Float => {
            let text = match Number::parse(&scalar.text)? {
                Number::Int(i) => float_in_yaml(i as f64),
                Number::Float(f) => float_in_yaml(f),
            };
            Some(Scalar { exposure, ..Scalar::plain(text) })
        }
        ScalarKind::Null => Some(Scalar { exposure, ..Scalar::plain("null") }),
        ScalarKind::Bool => {
            Some(Scalar { exposure, ..Scalar::plain(scalar.text.to_ascii_lowercase()) })
        }
        ScalarKind::Timestamp => Some(Scalar { exposure, ..Scalar::string(time(&scalar.text)) }),
        ScalarKind::Str => {
            let plain = resolve(&scalar.text, Dialect::Kustomize) == ScalarKind::Str
                && resolve(&scalar.text, Dialect::Kubectl) == ScalarKind::Str;
            let style = match plain {
                _ if scalar.text.contains('\n') => Style::Literal,
                true => Style::Plain,
                false => Style::Double,
            };
            Some(Scalar { kind: ScalarKind::Str, style, ..scalar.clone() })
        }
    }
}

/// A JSON value as a tree that stands at one place.
pub(crate) fn node(json: &serde_json::Value, origin: &Origin) -> Node {
    use serde_json::Value as Json;
    let scalar = |scalar| Node::scalar(scalar, origin.clone());
    match json {
        Json::Null => Node::null(origin.clone()),
        Json::Bool(b) => scalar(Scalar::plain(b.to_string())),
        Json::Number(n) => scalar(Scalar::plain(n.to_string())),
        Json::String(s) => scalar(Scalar::string(s.as_str())),
        Json::Array(items) => {
            Node::seq(items.iter().map(|item| node(item, origin)).collect(), origin.clone())
        }
        Json::Object(fields) => {
            let entry = |(key, value): (&String, &Json)| {
                Entry::new(key.as_str(), origin.span, node(value, origin))
            };
            Node::map(fields.iter().map(entry).collect(), origin.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{float, float_in_yaml};

    #[test]
    fn floats_are_written_as_go_writes_them() {
        assert_eq!(float(1e21), "1e+21");
        assert_eq!(float(1e-7), "1e-7");
        assert_eq!(float(1_000_000.0), "1000000");
        assert_eq!(float_in_yaml(1_000_000.0), "1e+06");
        assert_eq!(float_in_yaml(8080.0), "8080");
        assert_eq!(float_in_yaml(0.25), "0.25");
        assert_eq!(float_in_yaml(1_234_567.5), "1.2345675e+06");
    }
}
