//! YAML to typed values, as Go's `encoding/json` fills structs: names without regard to case, null as
//! nothing, unknown names refused. Scalars are read with YAML 1.1 eyes.

use std::collections::BTreeMap;

use gitops_yaml::{Dialect, Entry, Node, ScalarKind, SmolStr, Span, Value};

use crate::error::{Error, Result};

/// A value that can be filled from a node.
pub(crate) trait Decode: Sized + Default {
    fn decode(node: &Node, field: &str) -> Result<Self>;
}

/// A string and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) text: SmolStr,
    pub(crate) span: Span,
}

impl std::ops::Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

/// A value of a map of strings, and where its key is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) value: Text,
    pub(crate) key_span: Span,
}

/// A map of strings, by key.
pub(crate) type Pairs = BTreeMap<SmolStr, Pair>;

/// The text of an optional string; an empty one counts as absent in all of kustomize.
pub(crate) fn text(value: &Option<Text>) -> &str {
    value.as_ref().map_or("", |t| t.text.as_str())
}

pub(crate) fn mismatch(node: &Node, field: &str, wanted: &str) -> Error {
    let found = match &node.value {
        Value::Map(_) => "object",
        Value::Seq(_) => "array",
        Value::Scalar(s) => match s.kind_for(Dialect::Kubectl) {
            ScalarKind::Null => "null",
            ScalarKind::Bool => "bool",
            ScalarKind::Int | ScalarKind::Float => "number",
            ScalarKind::Str | ScalarKind::Timestamp => "string",
        },
    };
    let message = format!("json: cannot unmarshal {found} into Go struct field {field} of type {wanted}");
    Error::at(message, node.span())
}

/// The entries of a map; null has none.
pub(crate) fn entries<'n>(node: &'n Node, field: &str) -> Result<&'n [Entry]> {
    match &node.value {
        Value::Map(entries) => Ok(entries),
        _ if node.is_null() => Ok(&[]),
        _ => Err(mismatch(node, field, "struct")),
    }
}

impl Decode for Option<Text> {
    fn decode(node: &Node, field: &str) -> Result<Self> {
        let Some(scalar) = node.as_scalar() else { return Err(mismatch(node, field, "string")) };
        match scalar.kind_for(Dialect::Kubectl) {
            ScalarKind::Null => Ok(None),
            ScalarKind::Str | ScalarKind::Timestamp => {
                let text = Text { text: scalar.text.clone(), span: node.span() };
                Ok(Some(text).filter(|t| !t.is_empty()))
            }
            _ => Err(mismatch(node, field, "string")),
        }
    }
}

impl Decode for bool {
    fn decode(node: &Node, field: &str) -> Result<Self> {
        let Some(scalar) = node.as_scalar() else { return Err(mismatch(node, field, "bool")) };
        match scalar.kind_for(Dialect::Kubectl) {
            ScalarKind::Null => Ok(false),
            ScalarKind::Bool => Ok(["true", "yes", "on", "y"]
                .iter()
                .any(|yes| scalar.text.eq_ignore_ascii_case(yes))),
            _ => Err(mismatch(node, field, "bool")),
        }
    }
}

impl Decode for Option<i64> {
    fn decode(node: &Node, field: &str) -> Result<Self> {
        let Some(scalar) = node.as_scalar() else { return Err(mismatch(node, field, "int64")) };
        match scalar.kind_for(Dialect::Kubectl) {
            ScalarKind::Null => Ok(None),
            ScalarKind::Int | ScalarKind::Float => {
                let json = crate::json::number(&scalar.text);
                json.parse().map(Some).map_err(|_| mismatch(node, field, "int64"))
            }
            _ => Err(mismatch(node, field, "int64")),
        }
    }
}

/// A value that is kept as it is written.
impl Decode for Option<Node> {
    fn decode(node: &Node, _: &str) -> Result<Self> {
        Ok(Some(node.clone()).filter(|n| !n.is_null()))
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, field: &str) -> Result<Self> {
        match &node.value {
            Value::Seq(items) => items.iter().map(|item| T::decode(item, field)).collect(),
            _ if node.is_null() => Ok(Self::new()),
            _ => Err(mismatch(node, field, "[]")),
        }
    }
}

/// A list of strings; a null among them is an empty one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts(pub(crate) Vec<Text>);

impl Decode for Texts {
    fn decode(node: &Node, field: &str) -> Result<Self> {
        let one = |item: &Node| {
            let text = Option::<Text>::decode(item, field)?;
            Ok(text.unwrap_or_else(|| Text { text: SmolStr::default(), span: item.span() }))
        };
        match &node.value {
            Value::Seq(items) => items.iter().map(one).collect::<Result<_>>().map(Self),
            _ if node.is_null() => Ok(Self::default()),
            _ => Err(mismatch(node, field, "[]string")),
        }
    }
}

impl Decode for Pairs {
    fn decode(node: &Node, field: &str) -> Result<Self> {
        if node.as_map().is_none() && !node.is_null() {
            return Err(mismatch(node, field, "map[string]string"));
        }
        let pair = |e: &Entry| {
            let value = Option::<Text>::decode(&e.value, field)?;
            let empty = || Text { text: SmolStr::default(), span: e.value.span() };
            let value = value.unwrap_or_else(empty);
            Ok((e.key.clone(), Pair { value, key_span: e.key_span }))
        };
        node.entries().iter().map(pair).collect()
    }
}

/// Declares a struct and how it is filled: `field: type = "name in YAML"`. Fields of unknown names are an
/// error, unless the record is `loose`.
macro_rules! record {
    (@unknown strict, $entry:ident) => {
        return Err(crate::error::Error::at(
            format!("json: unknown field {:?}", $entry.key.as_str()),
            $entry.key_span,
        ))
    };
    (@unknown loose, $entry:ident) => {};
    ($(#[$meta:meta])* $mode:ident $name:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty = $key:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $name {
            /// Where it is written.
            #[allow(dead_code, reason = "not every record is blamed for something")]
            pub(crate) span: Option<gitops_yaml::Span>,
            $($(#[$fmeta])* pub(crate) $field: $type,)*
        }

        impl crate::decode::Decode for $name {
            fn decode(node: &gitops_yaml::Node, field: &str) -> crate::error::Result<Self> {
                let mut out = Self { span: Some(node.span()), ..Self::default() };
                for entry in crate::decode::entries(node, field)? {
                    $(if entry.key.eq_ignore_ascii_case($key) {
                        let field = concat!(stringify!($name), ".", $key);
                        out.$field = crate::decode::Decode::decode(&entry.value, field)?;
                        continue;
                    })*
                    crate::decode::record!(@unknown $mode, entry);
                }
                Ok(out)
            }
        }

        impl crate::decode::Decode for Option<$name> {
            fn decode(node: &gitops_yaml::Node, field: &str) -> crate::error::Result<Self> {
                if node.is_null() {
                    return Ok(None);
                }
                <$name as crate::decode::Decode>::decode(node, field).map(Some)
            }
        }
    };
}
pub(crate) use record;
