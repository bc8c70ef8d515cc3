//! Defaults and choices.

use crate::library::P::{Any, Anys, Bool, Str};
use crate::library::{Function, f};
use crate::value::{Data, Value};

pub(crate) static TABLE: &[Function] = &[
    f("default", &[Any, Anys], |call| {
        let given = call.args.get(1).filter(|v| !v.is_empty());
        Ok(given.cloned().unwrap_or_else(|| call.any(0)))
    }),
    f("empty", &[Any], |call| Ok(Data::Bool(call.any(0).is_empty()).into())),
    f("coalesce", &[Anys], |call| {
        Ok(call.args.iter().find(|v| !v.is_empty()).cloned().unwrap_or_else(Value::absent))
    }),
    f("all", &[Anys], |call| Ok(Data::Bool(call.args.iter().all(|v| !v.is_empty())).into())),
    f("any", &[Anys], |call| Ok(Data::Bool(call.args.iter().any(|v| !v.is_empty())).into())),
    f("ternary", &[Any, Any, Bool], |call| {
        let chosen = matches!(call.any(2).data, Data::Bool(true));
        Ok(call.any(usize::from(!chosen)))
    }),
    f("fail", &[Str], |call| Err(crate::error::Fault::new(call.str(0).to_owned()))),
];
