//! Maps. `set`, `unset` and the merges change the map that they are given.

use crate::error::Fault;
use crate::library::P::{Any, Anys, Map as M, Maps, Str, Strs};
use crate::library::{Call, Function, Outcome, f};
use crate::value::{DEPTH, Data, Elem, Map, Value};

pub(crate) static TABLE: &[Function] = &[
    f("dict", &[Anys], dict),
    f("get", &[M, Str], |call| {
        Ok(call.map(0).get(call.str(1)).unwrap_or_else(|| Value::string("")))
    }),
    f("set", &[M, Str, Any], |call| {
        call.map(0).set(call.str(1), call.any(2));
        Ok(call.any(0))
    }),
    f("unset", &[M, Str], |call| {
        call.map(0).remove(call.str(1));
        Ok(call.any(0))
    }),
    f("hasKey", &[M, Str], |call| Ok(Data::Bool(call.map(0).get(call.str(1)).is_some()).into())),
    f("pluck", &[Str, Maps], |call| {
        let found = (1..call.args.len()).filter_map(|i| call.map(i).get(call.str(0)));
        Ok(Value::list(found.collect()))
    }),
    // Go gives keys and values in random order; theirs is the order of the keys here.
    f("keys", &[Maps], |call| {
        let maps = (0..call.args.len()).map(|i| call.map(i));
        Ok(Value::strings(maps.flat_map(|m| m.entries()).map(|(key, _)| key)))
    }),
    f("values", &[M], |call| {
        Ok(Value::list(call.map(0).entries().into_iter().map(|(_, value)| value).collect()))
    }),
    f("pick", &[M, Strs], |call| Ok(filtered(call, true))),
    f("omit", &[M, Strs], |call| Ok(filtered(call, false))),
    f("merge", &[M, Maps], |call| merged(call, false)),
    f("mustMerge", &[M, Maps], |call| merged(call, false)),
    f("mergeOverwrite", &[M, Maps], |call| merged(call, true)),
    f("mustMergeOverwrite", &[M, Maps], |call| merged(call, true)),
    f("deepCopy", &[Any], copy),
    f("mustDeepCopy", &[Any], copy),
    f("dig", &[Anys], dig),
];

fn dict(call: &mut Call<'_>) -> Outcome {
    let map = Map::default();
    for pair in call.args.clone().chunks(2) {
        let [key, value @ ..] = pair else { continue };
        let key = call.shown(key)?;
        map.set(key, value.first().cloned().unwrap_or_else(|| Value::string("")));
    }
    Ok(Data::Map(map, Elem::Any).into())
}

fn filtered(call: &Call<'_>, keep: bool) -> Value {
    let named = |key: &str| (1..call.args.len()).any(|i| call.str(i) == key);
    Value::map(call.map(0).entries().into_iter().filter(|(key, _)| named(key) == keep))
}

fn merged(call: &mut Call<'_>, overwrite: bool) -> Outcome {
    let target = match call.any(0).data {
        Data::Map(..) => call.any(0),
        _ => Value::map([]),
    };
    for i in 1..call.args.len() {
        let source = call.any(i);
        merge(&target, &source, overwrite).map_err(|()| call.fault("nests too deep"))?;
    }
    Ok(target)
}

/// Merges the map `source` into the map `target`, as the library mergo does: maps deeply, all else whole.
/// Without `overwrite` what the target holds stays, unless it is empty.
///
/// # Errors
/// When maps nest too deep, as one does that holds itself.
#[allow(
    clippy::result_unit_err,
    reason = "there is one way to fail, and nothing more to say of it"
)]
pub fn merge(target: &Value, source: &Value, overwrite: bool) -> Result<(), ()> {
    merge_within(target, source, overwrite, DEPTH)
}

fn merge_within(target: &Value, source: &Value, overwrite: bool, depth: usize) -> Result<(), ()> {
    let (Data::Map(into, _), Data::Map(from, _)) = (&target.data, &source.data) else {
        return Ok(());
    };
    if depth == 0 {
        return Err(());
    }
    if into.is_same(from) {
        return Ok(());
    }
    for (key, new) in from.entries() {
        let old = into.get(&key);
        if new.is_null() {
            if overwrite {
                into.set(key, new);
            }
            continue;
        }
        if let Some(old) =
            old.as_ref().filter(|o| matches!((&o.data, &new.data), (Data::Map(..), Data::Map(..))))
        {
            merge_within(old, &new, overwrite, depth - 1)?;
            if !old.is_empty() {
                continue;
            }
        }
        if overwrite || old.is_none_or(|o| o.is_empty()) {
            into.set(key, new);
        }
    }
    Ok(())
}

fn copy(call: &mut Call<'_>) -> Outcome {
    let value = call.any(0);
    if value.is_null() { Err(call.fault("of nothing")) } else { deep_copy(call, &value, DEPTH) }
}

fn deep_copy(call: &mut Call<'_>, value: &Value, depth: usize) -> Outcome {
    call.budget.steps(1)?;
    if depth == 0 {
        return Err(Fault::limit("a value holds itself, or nests too deep to copy"));
    }
    let data = match &value.data {
        Data::List(items, elem) => {
            let copies: Result<_, Fault> =
                items.iter().map(|i| deep_copy(call, i, depth - 1)).collect();
            Data::List(std::rc::Rc::new(copies?), *elem)
        }
        Data::Map(map, elem) => {
            let copy = Map::default();
            for (key, item) in map.entries() {
                copy.set(key, deep_copy(call, &item, depth - 1)?);
            }
            Data::Map(copy, *elem)
        }
        other => other.clone(),
    };
    Ok(Value { data, trace: value.trace.clone() })
}

fn dig(call: &mut Call<'_>) -> Outcome {
    let [keys @ .., default, last] = call.args.as_slice() else {
        return Err(call.fault("needs at least three arguments"));
    };
    let names: Option<Vec<&str>> = keys.iter().map(Value::as_str).collect();
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        return Err(call.fault("needs keys that are strings, a default and a map"));
    };
    let mut value = last.clone();
    for name in names {
        let Data::Map(map, Elem::Any) = &value.data else {
            return Err(call.fault(format!("finds a {} where it needs a map", value.type_name())));
        };
        match map.get(name) {
            Some(next) => value = next,
            None => return Ok(default.clone()),
        }
    }
    Ok(value)
}
