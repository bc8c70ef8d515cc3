//! Lists.

use std::rc::Rc;

use crate::error::Fault;
use crate::library::P::{Any, Anys, Int, Ints};
use crate::library::{Call, Function, Outcome, f};
use crate::sprig::math::to_int;
use crate::sprig::strings::strings;
use crate::value::{Data, Elem, Value};

pub(crate) static TABLE: &[Function] = &[
    f("list", &[Anys], |call| Ok(Value::list(call.args.clone()))),
    f("tuple", &[Anys], |call| Ok(Value::list(call.args.clone()))),
    f("append", &[Any, Any], push),
    f("push", &[Any, Any], push),
    f("mustAppend", &[Any, Any], push),
    f("mustPush", &[Any, Any], push),
    f("prepend", &[Any, Any], prepend),
    f("mustPrepend", &[Any, Any], prepend),
    f("first", &[Any], |call| Ok(call.items(0)?.first().cloned().unwrap_or_else(Value::absent))),
    f("mustFirst", &[Any], |call| {
        Ok(call.items(0)?.first().cloned().unwrap_or_else(Value::absent))
    }),
    f("last", &[Any], |call| Ok(call.items(0)?.last().cloned().unwrap_or_else(Value::absent))),
    f("mustLast", &[Any], |call| Ok(call.items(0)?.last().cloned().unwrap_or_else(Value::absent))),
    f("rest", &[Any], |call| part(call, 1, 0)),
    f("mustRest", &[Any], |call| part(call, 1, 0)),
    f("initial", &[Any], |call| part(call, 0, 1)),
    f("mustInitial", &[Any], |call| part(call, 0, 1)),
    f("reverse", &[Any], reverse),
    f("mustReverse", &[Any], reverse),
    f("uniq", &[Any], uniq),
    f("mustUniq", &[Any], uniq),
    f("without", &[Any, Anys], without),
    f("mustWithout", &[Any, Anys], without),
    f("has", &[Any, Any], has),
    f("mustHas", &[Any, Any], has),
    f("compact", &[Any], compact),
    f("mustCompact", &[Any], compact),
    f("slice", &[Any, Anys], slice),
    f("mustSlice", &[Any, Anys], slice),
    f("concat", &[Anys], concat),
    f("chunk", &[Int, Any], chunk),
    f("mustChunk", &[Int, Any], chunk),
    f("sortAlpha", &[Any], sort_alpha),
    f("until", &[Int], |call| {
        let count = call.int(0);
        steps(call, 0, count, if count < 0 { -1 } else { 1 }).map(Value::ints)
    }),
    f("untilStep", &[Int, Int, Int], |call| {
        steps(call, call.int(0), call.int(1), call.int(2)).map(Value::ints)
    }),
    f("seq", &[Ints], seq),
];

fn push(call: &mut Call<'_>) -> Outcome {
    let mut items = call.items(0)?;
    call.budget.steps(items.len())?;
    items.push(call.any(1));
    Ok(Value::list(items))
}

fn prepend(call: &mut Call<'_>) -> Outcome {
    let mut items = call.items(0)?;
    call.budget.steps(items.len())?;
    items.insert(0, call.any(1));
    Ok(Value::list(items))
}

/// A list without its first or last items; nothing of an empty list.
fn part(call: &mut Call<'_>, front: usize, back: usize) -> Outcome {
    let items = call.items(0)?;
    call.budget.steps(items.len())?;
    if items.is_empty() {
        return Ok(Value::list(vec![]));
    }
    Ok(Value::list(items[front..items.len() - back].to_vec()))
}

fn reverse(call: &mut Call<'_>) -> Outcome {
    let items = call.items(0)?;
    call.budget.steps(items.len())?;
    Ok(Value::list(items.into_iter().rev().collect()))
}

fn contains(call: &mut Call<'_>, items: &[Value], needle: &Value) -> Result<bool, Fault> {
    call.budget.steps(items.len())?;
    Ok(items.iter().any(|i| i.equals(needle)))
}

fn uniq(call: &mut Call<'_>) -> Outcome {
    let mut kept: Vec<Value> = Vec::new();
    for item in call.items(0)? {
        if !contains(call, &kept, &item)? {
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

fn without(call: &mut Call<'_>) -> Outcome {
    let omitted = call.rest(1).to_vec();
    let mut kept = Vec::new();
    for item in call.items(0)? {
        if !contains(call, &omitted, &item)? {
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

fn has(call: &mut Call<'_>) -> Outcome {
    let found = if call.any(1).is_null() {
        false
    } else {
        let items = call.items(1)?;
        contains(call, &items, &call.any(0))?
    };
    Ok(Data::Bool(found).into())
}

fn compact(call: &mut Call<'_>) -> Outcome {
    Ok(Value::list(call.items(0)?.into_iter().filter(|i| !i.is_empty()).collect()))
}

fn slice(call: &mut Call<'_>) -> Outcome {
    let list = call.any(0);
    let items = call.items(0)?;
    if items.is_empty() {
        return Ok(Value::absent());
    }
    let bound = |i: usize| call.args.get(i).map(to_int);
    let start = bound(1).unwrap_or(0);
    let end = bound(2).unwrap_or(items.len() as i64);
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let part = range.and_then(|(start, end)| items.get(start..end));
    let Some(part) = part else {
        return Err(
            call.fault(format!("cannot cut from {start} to {end} of {} items", items.len()))
        );
    };
    let elem = if let Data::List(_, elem) = list.data { elem } else { Elem::Any };
    Ok(Data::List(Rc::new(part.to_vec()), elem).into())
}

fn concat(call: &mut Call<'_>) -> Outcome {
    let mut all = Vec::new();
    for i in 0..call.args.len() {
        let items = call.items(i)?;
        call.budget.steps(items.len())?;
        all.extend(items);
    }
    Ok(Value::list(all))
}

fn chunk(call: &mut Call<'_>) -> Outcome {
    let items = call.items(1)?;
    let Some(size) = usize::try_from(call.int(0)).ok().filter(|n| *n > 0) else {
        return Err(call.fault("needs a size above 0"));
    };
    let chunks = items.chunks(size).map(|c| Value::list(c.to_vec())).collect();
    Ok(Data::List(Rc::new(chunks), Elem::List).into())
}

fn sort_alpha(call: &mut Call<'_>) -> Outcome {
    let value = call.any(0);
    let mut words = strings(call, &value)?;
    words.sort();
    Ok(Value::strings(words))
}

/// The numbers from `start` before `stop`.
fn steps(call: &mut Call<'_>, start: i64, stop: i64, step: i64) -> Result<Vec<i64>, Fault> {
    let forward = stop >= start;
    if step == 0 || forward != (step > 0) {
        return Ok(Vec::new());
    }
    let count = start.abs_diff(stop).div_ceil(step.unsigned_abs());
    call.budget.steps(usize::try_from(count).unwrap_or(usize::MAX))?;
    Ok((0..count as i64).map(|i| start + i * step).collect())
}

/// Numbers with blanks between them, like the shell's `seq`.
fn seq(call: &mut Call<'_>) -> Outcome {
    let n = |i: usize| call.int(i);
    let (start, step, end) = match call.args.len() {
        1 => (1, if n(0) < 1 { -1 } else { 1 }, n(0)),
        2 => (n(0), if n(1) < n(0) { -1 } else { 1 }, n(1)),
        3 if n(2) < n(0) && n(1) > 0 => return call.text(""),
        3 => (n(0), n(1), n(2)),
        _ => return call.text(""),
    };
    let beyond = end.saturating_add(if end < start { -1 } else { 1 });
    let numbers = steps(call, start, beyond, step)?;
    let words: Vec<String> = numbers.iter().map(i64::to_string).collect();
    call.text(words.join(" "))
}
