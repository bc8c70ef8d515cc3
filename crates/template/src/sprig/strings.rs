//! Strings: cutting, joining, replacing. Lengths count bytes, as in Go.

use crate::error::Fault;
use crate::library::P::{Any, Anys, Int, Str};
use crate::library::{Call, Function, Outcome, f};
use crate::print::quoted;
use crate::value::{Data, Value};

pub(crate) static TABLE: &[Function] = &[
    f("hello", &[], |call| call.text("Hello!")),
    f("trim", &[Str], |call| call.text(call.str(0).trim().to_owned())),
    f("trimall", &[Str, Str], trim_all),
    f("trimAll", &[Str, Str], trim_all),
    f("trimSuffix", &[Str, Str], |call| {
        call.text(call.str(1).strip_suffix(call.str(0)).unwrap_or(call.str(1)).to_owned())
    }),
    f("trimPrefix", &[Str, Str], |call| {
        call.text(call.str(1).strip_prefix(call.str(0)).unwrap_or(call.str(1)).to_owned())
    }),
    f("trunc", &[Int, Str], trunc),
    f("substr", &[Int, Int, Str], substr),
    f("repeat", &[Int, Str], repeat),
    f("contains", &[Str, Str], |call| Ok(Data::Bool(call.str(1).contains(call.str(0))).into())),
    f("hasPrefix", &[Str, Str], |call| Ok(Data::Bool(call.str(1).starts_with(call.str(0))).into())),
    f("hasSuffix", &[Str, Str], |call| Ok(Data::Bool(call.str(1).ends_with(call.str(0))).into())),
    f("quote", &[Anys], |call| quote(call, |s| quoted(&s))),
    f("squote", &[Anys], |call| quote(call, |s| format!("'{s}'"))),
    f("cat", &[Anys], |call| quote(call, |s| s)),
    f("indent", &[Int, Str], |call| {
        let text = indented(call)?;
        call.text(text)
    }),
    f("nindent", &[Int, Str], |call| {
        let text = format!("\n{}", indented(call)?);
        call.text(text)
    }),
    f("replace", &[Str, Str, Str], replace),
    f("plural", &[Str, Str, Int], |call| {
        call.text(call.str(usize::from(call.int(2) != 1)).to_owned())
    }),
    f("toString", &[Any], |call| {
        let text = call.shown(&call.any(0))?;
        call.text(text)
    }),
    f("join", &[Str, Any], join),
    f("split", &[Str, Str], |call| Ok(numbered(&pieces(call.str(1), call.str(0), -1)))),
    f("splitn", &[Str, Int, Str], |call| {
        Ok(numbered(&pieces(call.str(2), call.str(0), call.int(1))))
    }),
    f("splitList", &[Str, Str], |call| Ok(Value::strings(pieces(call.str(1), call.str(0), -1)))),
    f("toStrings", &[Any], |call| Ok(Value::strings(strings(call, &call.any(0))?))),
];

/// The bytes from `start` to `end`; a character that is cut in two becomes the replacement character.
pub(crate) fn cut(text: &str, start: usize, end: usize) -> String {
    String::from_utf8_lossy(text.as_bytes().get(start..end).unwrap_or_default()).into_owned()
}

fn trim_all(call: &mut Call<'_>) -> Outcome {
    let set: Vec<char> = call.str(0).chars().collect();
    call.text(call.str(1).trim_matches(|c| set.contains(&c)).to_owned())
}

fn trunc(call: &mut Call<'_>) -> Outcome {
    let (count, text) = (call.int(0), call.str(1));
    let length = text.len();
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let cut = match count {
        c if c < 0 && length > size => cut(text, length - size, length),
        c if c >= 0 && length > size => cut(text, 0, size),
        _ => text.to_owned(),
    };
    call.text(cut)
}

fn substr(call: &mut Call<'_>) -> Outcome {
    let (start, end, text) = (call.int(0), call.int(1), call.str(2));
    let length = text.len() as i64;
    let (from, to) = match (start, end) {
        (start, end) if start < 0 => (0, end),
        (start, end) if end < 0 || end > length => (start, length),
        both => both,
    };
    if from > to || to > length || to < 0 {
        return Err(call.fault(format!("cannot cut from {start} to {end} of {length} bytes")));
    }
    call.text(cut(text, from as usize, to as usize))
}

fn repeat(call: &mut Call<'_>) -> Outcome {
    let Ok(count) = usize::try_from(call.int(0)) else {
        return Err(call.fault("needs a count that is not negative"));
    };
    let length = call.str(1).len();
    call.budget.bytes(length.saturating_mul(count))?;
    Ok(Value::string(call.str(1).repeat(if length == 0 { 0 } else { count })))
}

fn quote(call: &mut Call<'_>, wrap: impl Fn(String) -> String) -> Outcome {
    let mut words = Vec::new();
    for arg in call.args.clone().iter().filter(|a| !a.is_null()) {
        words.push(wrap(call.shown(arg)?));
    }
    call.text(words.join(" "))
}

fn indented(call: &mut Call<'_>) -> Result<String, Fault> {
    let Ok(spaces) = usize::try_from(call.int(0)) else {
        return Err(call.fault("needs a width that is not negative"));
    };
    let lines = call.str(1).matches('\n').count() + 1;
    call.budget.bytes(spaces.saturating_mul(lines))?;
    let pad = " ".repeat(spaces);
    Ok(pad.clone() + &call.str(1).replace('\n', &format!("\n{pad}")))
}

fn replace(call: &mut Call<'_>) -> Outcome {
    let (old, new, text) = (call.str(0), call.str(1), call.str(2));
    let size = (text.len() + 1).saturating_mul(new.len() + 1);
    let replaced = if new.len() > old.len() && size > 1 << 20 {
        let count = text.matches(old).count();
        call.budget.bytes(count.saturating_mul(new.len()))?;
        call.str(2).replace(call.str(0), call.str(1))
    } else {
        text.replace(old, new)
    };
    call.text(replaced)
}

/// Go's `strings.SplitN`.
pub(crate) fn pieces(text: &str, separator: &str, count: i64) -> Vec<String> {
    let owned = |s: &str| s.to_owned();
    let limit = usize::try_from(count).unwrap_or(usize::MAX);
    if count == 0 {
        return Vec::new();
    }
    if separator.is_empty() {
        let mut chars = text.chars();
        let mut out: Vec<String> = chars.by_ref().take(limit - 1).map(String::from).collect();
        if !chars.as_str().is_empty() {
            out.push(owned(chars.as_str()));
        }
        return out;
    }
    text.splitn(limit, separator).map(owned).collect()
}

/// `_0`, `_1`, ... as Sprig's `split` names its pieces.
fn numbered(pieces: &[String]) -> Value {
    let entries = pieces.iter().enumerate();
    Value::string_map(entries.map(|(i, p)| (format!("_{i}").into(), Value::string(p.as_str()))))
}

/// Sprig's reading of any value as a list of strings; nulls are left out.
pub(crate) fn strings(call: &mut Call<'_>, value: &Value) -> Result<Vec<String>, Fault> {
    let one = [value.clone()];
    let items = value.items().unwrap_or(&one);
    items.iter().filter(|v| !v.is_null()).map(|v| call.shown(v)).collect()
}

fn join(call: &mut Call<'_>) -> Outcome {
    let value = call.any(1);
    let words = strings(call, &value)?;
    let separators = words.len().saturating_mul(call.str(0).len());
    call.budget.bytes(separators)?;
    let text = words.join(call.str(0));
    call.text(text)
}
