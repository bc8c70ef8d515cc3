//! `toYaml`, `fromYaml` and `fromYamlArray`, as `sigs.k8s.io/yaml` writes and reads.

use gitops_yaml::{Entry, ErrorKind, Limits, Node, Origin, PrintOptions, Scalar, parse, print};

use crate::error::Fault;
use crate::library::P::{Any, Str};
use crate::library::{Call, Function, Outcome, f};
use crate::value::{DEPTH, Data, Value};

pub(crate) static TABLE: &[Function] = &[
    f("toYaml", &[Any], to_yaml),
    f("fromYaml", &[Str], |call| {
        let value = from_yaml(call)?;
        match value.data {
            Data::Map(..) => Ok(value),
            Data::Nil => Ok(Value::map([])),
            _ => Err(call.fault(format!("needs a map in its text, not a {}", value.type_name()))),
        }
    }),
    f("fromYamlArray", &[Str], |call| {
        let value = from_yaml(call)?;
        match value.data {
            Data::List(..) => Ok(value),
            Data::Nil => Ok(Value::list(vec![])),
            _ => Err(call.fault(format!("needs a list in its text, not a {}", value.type_name()))),
        }
    }),
];

fn to_yaml(call: &mut Call<'_>) -> Outcome {
    let value = call.any(0);
    let node = to_node(&value, call, DEPTH)?;
    let text = print(&node, &PrintOptions::KUSTOMIZE);
    call.text(text.strip_suffix('\n').unwrap_or(&text))
}

fn to_node(value: &Value, call: &mut Call<'_>, depth: usize) -> Result<Node, Fault> {
    call.budget.steps(1)?;
    if depth == 0 {
        return Err(Fault::limit("a value holds itself, or nests too deep to print"));
    }
    let origin = value.origin().cloned().unwrap_or_else(|| Origin::new(call.at));
    Ok(match &value.data {
        Data::Absent | Data::Nil => Node::null(origin),
        Data::Bool(b) => Node::scalar(Scalar::plain(if *b { "true" } else { "false" }), origin),
        Data::Int(i) | Data::Int64(i) | Data::Rune(i) => {
            Node::scalar(Scalar::plain(i.to_string()), origin)
        }
        Data::Float(f) if f.is_finite() => Node::scalar(Scalar::plain(f.to_string()), origin),
        Data::Float(f) => return Err(call.fault(format!("cannot write {f}"))),
        Data::Str(s) => Node::string(s.clone(), origin),
        Data::List(items, _) => {
            let items: Result<_, _> = items.iter().map(|v| to_node(v, call, depth - 1)).collect();
            Node::seq(items?, origin)
        }
        Data::Map(map, _) => {
            let mut entries = Vec::new();
            for (key, value) in map.entries() {
                entries.push(Entry::new(key, call.at, to_node(&value, call, depth - 1)?));
            }
            Node::map(entries, origin)
        }
    })
}

/// The first document of a text. Its values have no place of their own: the text was computed.
fn from_yaml(call: &mut Call<'_>) -> Outcome {
    let parsed = parse(call.at.file, call.str(0), &Limits::default());
    if let Some(error) = parsed.errors.iter().find(|e| e.kind != ErrorKind::DuplicateKey) {
        return Err(call.fault(format!("finds no YAML in its text: {}", error.message)));
    }
    let mut value = parsed.documents.first().map_or_else(|| Data::Nil.into(), Value::from_node);
    call.budget.steps(call.str(0).len())?;
    untraced(&mut value);
    Ok(value)
}

fn untraced(value: &mut Value) {
    value.trace = None;
    match &mut value.data {
        Data::List(items, _) => {
            if let Some(items) = std::rc::Rc::get_mut(items) {
                items.iter_mut().for_each(untraced);
            }
        }
        Data::Map(map, _) => {
            for (key, mut item) in map.entries() {
                map.remove(&key);
                untraced(&mut item);
                map.set(key, item);
            }
        }
        _ => {}
    }
}
