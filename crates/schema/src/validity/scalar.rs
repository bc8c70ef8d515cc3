//! Whether a scalar is of a type.

use gitops_yaml::{Node, ScalarKind};

use super::violation::{Fault, nearest, one_of};
use crate::format::Format;
use crate::{Quantity, Type, whole};

/// What keeps a value from being a scalar of a type.
pub(super) fn scalar(node: &Node, ty: &Type) -> Option<Fault> {
    let wrong = |wanted| Some(Fault::WrongType { wanted });
    let Some(scalar) = node.as_scalar() else {
        return wrong(wanted(ty));
    };
    let text = scalar.text.as_str();
    let is_text = matches!(scalar.kind, ScalarKind::Str | ScalarKind::Timestamp);
    let is_number = matches!(scalar.kind, ScalarKind::Int | ScalarKind::Float);
    match ty {
        Type::Int | Type::Long => match whole(node) {
            None => wrong(wanted(ty)),
            Some(number) if matches!(ty, Type::Int) && i32::try_from(number).is_err() => {
                Some(Fault::not_allowed("a number of 32 bits"))
            }
            Some(_) => None,
        },
        Type::Float if !is_number => wrong(wanted(ty)),
        Type::Bool if scalar.kind != ScalarKind::Bool => wrong(wanted(ty)),
        Type::IntOrString if !is_text && whole(node).is_none() => wrong(wanted(ty)),
        Type::Quantity if !is_text && !is_number => wrong(wanted(ty)),
        Type::Quantity if Quantity::parse(text).is_none() => {
            Some(Fault::not_allowed("a quantity such as `100m` or `1Gi`"))
        }
        Type::String | Type::Enum(_) | Type::Bytes | Type::Time | Type::Duration if !is_text => {
            wrong(wanted(ty))
        }
        Type::Enum(values) if !values.iter().any(|v| v == text) => Some(Fault::NotAllowed {
            allowed: one_of(values.iter()),
            near: nearest(text, values.iter()),
        }),
        Type::Bytes => form(text, Format::BASE64),
        Type::Time => form(text, Format::DATE_TIME),
        Type::Duration => form(text, Format::DURATION),
        Type::Struct(_) | Type::Map(_) | Type::List(_) => wrong(wanted(ty)),
        _ => None,
    }
}

fn wanted(ty: &Type) -> &'static str {
    match ty {
        Type::Any => "a value",
        Type::String | Type::Enum(_) => "a string",
        Type::Bytes => "text in base64",
        Type::Time => "a time",
        Type::Duration => "a duration such as `5m`",
        Type::Bool => "`true` or `false`",
        Type::Int | Type::Long => "a whole number",
        Type::Float => "a number",
        Type::Quantity => "a quantity such as `100m` or `1Gi`",
        Type::IntOrString => "a whole number or a string",
        Type::List(_) => "a list",
        Type::Map(_) | Type::Struct(_) => "a map",
    }
}

fn form(text: &str, format: Format) -> Option<Fault> {
    (!(format.holds)(text)).then(|| Fault::not_allowed(format.wanted))
}
