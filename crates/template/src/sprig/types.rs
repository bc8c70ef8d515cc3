//! Questions about types.

use crate::library::P::{Any, Str};
use crate::library::{Function, f};
use crate::value::{Data, Value};

pub(crate) static TABLE: &[Function] = &[
    f("typeOf", &[Any], |call| call.text(call.any(0).type_name())),
    f("typeIs", &[Str, Any], |call| Ok(Data::Bool(call.str(0) == call.any(1).type_name()).into())),
    f("typeIsLike", &[Str, Any], |call| {
        let name = call.any(1).type_name();
        Ok(Data::Bool(call.str(0) == name || format!("*{}", call.str(0)) == name).into())
    }),
    f("kindOf", &[Any], |call| call.text(kind(&call.any(0)))),
    f("kindIs", &[Str, Any], |call| Ok(Data::Bool(call.str(0) == kind(&call.any(1))).into())),
    f("deepEqual", &[Any, Any], |call| Ok(Data::Bool(call.any(0).equals(&call.any(1))).into())),
];

fn kind(value: &Value) -> &'static str {
    match &value.data {
        Data::Absent | Data::Nil => "invalid",
        Data::List(..) => "slice",
        Data::Map(..) => "map",
        _ => value.type_name(),
    }
}
