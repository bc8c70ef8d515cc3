//! JSON, as Go's `encoding/json` writes it.

use crate::error::Fault;
use crate::float;
use crate::library::P::{Any, Str};
use crate::library::{Call, Function, Outcome, f};
use crate::value::{DEPTH, Data, Value};

pub(crate) static TABLE: &[Function] = &[
    f("toJson", &[Any], |call| write(call, Layout { pretty: false, escape: true })),
    f("mustToJson", &[Any], |call| write(call, Layout { pretty: false, escape: true })),
    f("toPrettyJson", &[Any], |call| write(call, Layout { pretty: true, escape: true })),
    f("mustToPrettyJson", &[Any], |call| write(call, Layout { pretty: true, escape: true })),
    f("toRawJson", &[Any], |call| write(call, Layout { pretty: false, escape: false })),
    f("mustToRawJson", &[Any], |call| write(call, Layout { pretty: false, escape: false })),
    f("fromJson", &[Str], |call| Ok(read(call).unwrap_or_else(|_| Value::absent()))),
    f("mustFromJson", &[Str], read),
];

fn read(call: &mut Call<'_>) -> Outcome {
    call.budget.steps(call.str(0).len())?;
    match serde_json::from_str(call.str(0)) {
        Ok(json) => Ok(from_json(json)),
        Err(e) => Err(call.fault(format!("finds no JSON in its text: {e}"))),
    }
}

/// The reader bounds the depth.
fn from_json(json: serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Data::Nil.into(),
        Json::Bool(b) => Data::Bool(b).into(),
        Json::Number(n) => Data::Float(n.as_f64().unwrap_or(f64::NAN)).into(),
        Json::String(s) => Value::string(s),
        Json::Array(items) => Value::list(items.into_iter().map(from_json).collect()),
        Json::Object(map) => Value::map(map.into_iter().map(|(k, v)| (k.into(), from_json(v)))),
    }
}

#[derive(Clone, Copy)]
struct Layout {
    pretty: bool,
    /// Whether `<`, `>` and `&` are escaped.
    escape: bool,
}

fn write(call: &mut Call<'_>, layout: Layout) -> Outcome {
    let mut out = String::new();
    let value = call.any(0);
    put(&value, &mut out, layout, 0, call)?;
    call.text(out)
}

fn put(
    value: &Value,
    out: &mut String,
    layout: Layout,
    depth: usize,
    call: &mut Call<'_>,
) -> Result<(), Fault> {
    call.budget.steps(1)?;
    if depth == DEPTH {
        return Err(Fault::limit("a value holds itself, or nests too deep to print"));
    }
    match &value.data {
        Data::Absent | Data::Nil => out.push_str("null"),
        Data::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Data::Int(i) | Data::Int64(i) | Data::Rune(i) => out.push_str(&i.to_string()),
        Data::Float(f) if f.is_finite() => out.push_str(&float::json(*f)),
        Data::Float(f) => return Err(call.fault(format!("cannot write {f}"))),
        Data::Str(s) => put_string(s, out, layout.escape),
        Data::List(items, _) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                line(out, layout, depth + 1);
                put(item, out, layout, depth + 1, call)?;
            }
            if !items.is_empty() {
                line(out, layout, depth);
            }
            out.push(']');
        }
        Data::Map(map, _) => {
            out.push('{');
            let entries = map.entries();
            for (i, (key, item)) in entries.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                line(out, layout, depth + 1);
                put_string(key, out, layout.escape);
                out.push_str(if layout.pretty { ": " } else { ":" });
                put(item, out, layout, depth + 1, call)?;
            }
            if !entries.is_empty() {
                line(out, layout, depth);
            }
            out.push('}');
        }
    }
    Ok(())
}

fn line(out: &mut String, layout: Layout, depth: usize) {
    if layout.pretty {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
}

fn put_string(text: &str, out: &mut String, escape: bool) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' if escape => out.push_str(&format!("\\u{:04x}", c as u32)),
            '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}
