//! The functions that every Go template has.

use crate::error::Fault;
use crate::library::P::{Any, Anys};
use crate::library::{Call, Function, Outcome, f, undetermined};
use crate::print;
use crate::value::{Data, Elem, Value};

pub(crate) static TABLE: &[Function] = &[
    // Evaluated apart: they do not look at all their arguments.
    f("and", &[Anys], undetermined),
    f("or", &[Anys], undetermined),
    f("call", &[Any, Anys], |call| Err(call.fault("finds no function among the parameters"))),
    f("eq", &[Any, Anys], eq),
    f("ge", &[Any, Any], |call| Ok(Data::Bool(!less(call)?).into())),
    f("gt", &[Any, Any], |call| Ok(Data::Bool(!less_or_equal(call)?).into())),
    f("html", &[Anys], html),
    f("index", &[Any, Anys], index),
    f("js", &[Anys], js),
    f("le", &[Any, Any], |call| Ok(Data::Bool(less_or_equal(call)?).into())),
    f("len", &[Any], len),
    f("lt", &[Any, Any], |call| Ok(Data::Bool(less(call)?).into())),
    f("ne", &[Any, Any], |call| Ok(Data::Bool(!equal(call, &call.any(0), &call.any(1))?).into())),
    f("not", &[Any], |call| Ok(Data::Bool(call.any(0).is_empty()).into())),
    f("print", &[Anys], |call| Ok(Value::string(print::sprint(&call.args, call.budget)?))),
    f("printf", &[crate::library::P::Str, Anys], printf),
    f("println", &[Anys], |call| Ok(Value::string(print::sprintln(&call.args, call.budget)?))),
    f("urlquery", &[Anys], urlquery),
];

/// The types that can be compared with `eq` and ordered with `lt`.
#[derive(PartialEq)]
enum Basic<'v> {
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(&'v str),
    Other,
}

fn basic(value: &Value) -> Basic<'_> {
    match &value.data {
        Data::Bool(b) => Basic::Bool(*b),
        Data::Int(i) | Data::Int64(i) | Data::Rune(i) => Basic::Int(*i),
        Data::Float(f) => Basic::Float(*f),
        Data::Str(s) => Basic::Str(s),
        _ => Basic::Other,
    }
}

fn equal(call: &Call<'_>, a: &Value, b: &Value) -> Result<bool, Fault> {
    match (basic(a), basic(b)) {
        (Basic::Other, Basic::Other) => {
            let lists = matches!(a.data, Data::List(..)) == matches!(b.data, Data::List(..));
            if a.is_null() || b.is_null() {
                // A nil map or list is not told apart from an empty one here.
                return Ok(a.is_null() && b.is_null());
            }
            let what = if lists {
                "cannot compare lists and maps"
            } else {
                "cannot compare a list and a map"
            };
            Err(call.fault(what))
        }
        (x, y) if std::mem::discriminant(&x) == std::mem::discriminant(&y) => Ok(x == y),
        _ if a.is_null() || b.is_null() => Ok(false),
        _ => Err(call.fault(format!("cannot compare a {} and a {}", a.type_name(), b.type_name()))),
    }
}

fn eq(call: &mut Call<'_>) -> Outcome {
    let first = call.any(0);
    if call.args.len() < 2 {
        return Err(call.fault("has nothing to compare with"));
    }
    for other in call.rest(1) {
        if equal(call, &first, other)? {
            return Ok(Data::Bool(true).into());
        }
    }
    Ok(Data::Bool(false).into())
}

fn less(call: &Call<'_>) -> Result<bool, Fault> {
    let (a, b) = (call.any(0), call.any(1));
    match (basic(&a), basic(&b)) {
        (Basic::Int(a), Basic::Int(b)) => Ok(a < b),
        (Basic::Float(a), Basic::Float(b)) => Ok(a < b),
        (Basic::Str(a), Basic::Str(b)) => Ok(a < b),
        _ => Err(call.fault(format!("cannot order a {} and a {}", a.type_name(), b.type_name()))),
    }
}

fn less_or_equal(call: &Call<'_>) -> Result<bool, Fault> {
    Ok(less(call)? || equal(call, &call.any(0), &call.any(1))?)
}

fn len(call: &mut Call<'_>) -> Outcome {
    let value = call.any(0);
    let length = match &value.data {
        Data::Str(s) => s.len(),
        Data::List(items, _) => items.len(),
        Data::Map(map, _) => map.len(),
        _ => {
            return Err(
                call.fault(format!("needs a string, list or map, not a {}", value.type_name()))
            );
        }
    };
    Ok(Data::Int(length as i64).into())
}

fn index(call: &mut Call<'_>) -> Outcome {
    let mut value = call.any(0);
    if matches!(value.data, Data::Absent) {
        return Err(call.fault("of something that is not there"));
    }
    for key in call.rest(1) {
        let at = |length: usize| match key.data {
            Data::Int(i) | Data::Int64(i) | Data::Rune(i) => usize::try_from(i)
                .ok()
                .filter(|i| *i < length)
                .ok_or_else(|| call.fault(format!("{i} is out of range of {length} items"))),
            _ => {
                Err(call.fault(format!("a list is indexed with an int, not a {}", key.type_name())))
            }
        };
        let found = match &value.data {
            Data::List(items, _) => items.get(at(items.len())?).cloned(),
            Data::Str(s) => s.as_bytes().get(at(s.len())?).map(|b| Data::Int(i64::from(*b)).into()),
            Data::Map(map, elem) => match key.as_str() {
                Some(key) => Some(map.get(key).unwrap_or_else(|| match elem {
                    Elem::Str => Value::string(""),
                    _ => Data::Nil.into(),
                })),
                None => {
                    return Err(call.fault(format!(
                        "a map is indexed with a string, not a {}",
                        key.type_name()
                    )));
                }
            },
            Data::Absent | Data::Nil => return Err(call.fault("of something that is not there")),
            _ => return Err(call.fault(format!("of a {}", value.type_name()))),
        };
        value = found.unwrap_or_else(Value::absent).written_as(&value);
    }
    Ok(value)
}

fn printf(call: &mut Call<'_>) -> Outcome {
    let format = call.str(0).to_owned();
    let args = call.rest(1).to_vec();
    Ok(Value::string(crate::printf::sprintf(&format, &args, call.budget)?))
}

fn html(call: &mut Call<'_>) -> Outcome {
    escaped(call, |c| match c {
        '\0' => Some("\u{fffd}".into()),
        '"' => Some("&#34;".into()),
        '\'' => Some("&#39;".into()),
        '&' => Some("&amp;".into()),
        '<' => Some("&lt;".into()),
        '>' => Some("&gt;".into()),
        _ => None,
    })
}

fn js(call: &mut Call<'_>) -> Outcome {
    escaped(call, |c| match c {
        '\\' => Some("\\\\".into()),
        '\'' => Some("\\'".into()),
        '"' => Some("\\\"".into()),
        '<' | '>' | '&' | '=' => Some(format!("\\u{:04X}", c as u32)),
        c if (c as u32) < 0x20 => Some(format!("\\u{:04X}", c as u32)),
        _ => None,
    })
}

fn urlquery(call: &mut Call<'_>) -> Outcome {
    escaped(call, |c| match c {
        ' ' => Some("+".into()),
        c if c.is_ascii_alphanumeric() || "-_.~".contains(c) => None,
        c => Some(c.encode_utf8(&mut [0; 4]).bytes().map(|b| format!("%{b:02X}")).collect()),
    })
}

fn escaped(call: &mut Call<'_>, escape: impl Fn(char) -> Option<String>) -> Outcome {
    // What is not there counts as text.
    let named = |a: &Value| if a.is_null() { Value::string("<no value>") } else { a.clone() };
    let args: Vec<Value> = call.args.iter().map(named).collect();
    let text = print::sprint(&args, call.budget)?;
    let out: String = text.chars().map(|c| escape(c).unwrap_or_else(|| c.into())).collect();
    call.text(out)
}
