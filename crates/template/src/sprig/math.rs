//! Numbers.

use crate::decimal::Decimal;
use crate::library::P::{Any, Anys, Floats, Int, Str};
use crate::library::{Call, Function, Outcome, f};
use crate::literal;
use crate::value::{Data, Value};

pub(crate) static TABLE: &[Function] = &[
    f("atoi", &[Str], |call| Ok(Data::Int(literal::integer(call.str(0), 10).unwrap_or(0)).into())),
    f("int", &[Any], |call| Ok(Data::Int(to_int(&call.any(0))).into())),
    f("int64", &[Any], |call| Ok(Data::Int64(to_int(&call.any(0))).into())),
    f("float64", &[Any], |call| Ok(Data::Float(to_float(&call.any(0))).into())),
    f("toDecimal", &[Any], |call| {
        let text = call.shown(&call.any(0))?;
        Ok(Data::Int64(literal::integer(&text, 8).unwrap_or(0)).into())
    }),
    f("add1", &[Any], |call| Ok(Data::Int64(to_int(&call.any(0)).wrapping_add(1)).into())),
    f("add", &[Anys], |call| {
        Ok(Data::Int64(call.args.iter().map(to_int).fold(0, i64::wrapping_add)).into())
    }),
    f("sub", &[Any, Any], |call| {
        Ok(Data::Int64(to_int(&call.any(0)).wrapping_sub(to_int(&call.any(1)))).into())
    }),
    f("mul", &[Any, Anys], |call| {
        Ok(Data::Int64(call.args.iter().map(to_int).fold(1, i64::wrapping_mul)).into())
    }),
    f("div", &[Any, Any], |call| quotient(call, i64::wrapping_div)),
    f("mod", &[Any, Any], |call| quotient(call, i64::wrapping_rem)),
    f("max", &[Any, Anys], |call| {
        Ok(Data::Int64(call.args.iter().map(to_int).max().unwrap_or(0)).into())
    }),
    f("biggest", &[Any, Anys], |call| {
        Ok(Data::Int64(call.args.iter().map(to_int).max().unwrap_or(0)).into())
    }),
    f("min", &[Any, Anys], |call| {
        Ok(Data::Int64(call.args.iter().map(to_int).min().unwrap_or(0)).into())
    }),
    f("maxf", &[Any, Anys], |call| Ok(extreme(call, f64::max))),
    f("minf", &[Any, Anys], |call| Ok(extreme(call, f64::min))),
    f("add1f", &[Any], |call| Ok(Data::Float(Decimal::add(to_float(&call.any(0)), 1.0)).into())),
    f("addf", &[Anys], |call| Ok(fold(call, Decimal::add))),
    f("subf", &[Any, Anys], |call| Ok(fold(call, Decimal::sub))),
    f("mulf", &[Any, Anys], |call| Ok(fold(call, Decimal::mul))),
    f("divf", &[Any, Anys], |call| {
        if call.rest(1).iter().any(|v| to_float(v) == 0.0) {
            return Err(call.fault("divides by zero"));
        }
        Ok(fold(call, Decimal::div))
    }),
    f("ceil", &[Any], |call| Ok(Data::Float(to_float(&call.any(0)).ceil()).into())),
    f("floor", &[Any], |call| Ok(Data::Float(to_float(&call.any(0)).floor()).into())),
    f("round", &[Any, Int, Floats], round),
];

/// spf13/cast's `ToInt64`: text by its prefix, what is no number 0.
pub(crate) fn to_int(value: &Value) -> i64 {
    match &value.data {
        Data::Int(i) | Data::Int64(i) | Data::Rune(i) => *i,
        // Go leaves what does not fit to the processor: the smallest number on most.
        Data::Float(f) if f.is_nan() || f.abs() >= 9_223_372_036_854_775_808.0 => i64::MIN,
        Data::Float(f) => *f as i64,
        Data::Bool(b) => i64::from(*b),
        Data::Str(s) => literal::integer(without_zero_fraction(s), 0).unwrap_or(0),
        Data::Absent | Data::Nil | Data::List(..) | Data::Map(..) => 0,
    }
}

/// `1.00` as `1`.
fn without_zero_fraction(text: &str) -> &str {
    match text.rsplit_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        _ => text,
    }
}

/// spf13/cast's `ToFloat64`.
fn to_float(value: &Value) -> f64 {
    match &value.data {
        Data::Float(f) => *f,
        Data::Str(s) => s.parse().unwrap_or(0.0),
        _ => to_int(value) as f64,
    }
}

fn quotient(call: &mut Call<'_>, divide: fn(i64, i64) -> i64) -> Outcome {
    let (a, b) = (to_int(&call.any(0)), to_int(&call.any(1)));
    if b == 0 { Err(call.fault("divides by zero")) } else { Ok(Data::Int64(divide(a, b)).into()) }
}

fn extreme(call: &Call<'_>, pick: fn(f64, f64) -> f64) -> Value {
    Data::Float(call.args.iter().map(to_float).reduce(pick).unwrap_or(0.0)).into()
}

fn fold(call: &Call<'_>, step: fn(f64, f64) -> f64) -> Value {
    let result = call.args.iter().map(to_float).reduce(step);
    Data::Float(result.unwrap_or(0.0)).into()
}

fn round(call: &mut Call<'_>) -> Outcome {
    let threshold = match call.args.get(2).map(|v| &v.data) {
        Some(Data::Float(f)) => *f,
        _ => 0.5,
    };
    let power = 10f64.powi(i32::try_from(call.int(1)).unwrap_or(0));
    let digits = power * to_float(&call.any(0));
    let rounded = if digits.fract() >= threshold { digits.ceil() } else { digits.floor() };
    Ok(Data::Float(rounded / power).into())
}
