//! YAML to typed values, as Go's `encoding/json` fills structs: names without regard to case, null as
//! nothing, unknown names refused. Scalars are read with YAML 1.1 eyes.

use std::collections::BTreeMap;

use gitops_yaml::{Dialect, Entry, Node, Scalar, ScalarKind, SmolStr, Span, Value};

use crate::error::{Error, Result};
use crate::yaml11::is_yes;

/// How a reader takes scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// A kustomization file: YAML 1.1, and a string must be one.
    Kustomization,
    /// A file of `configurations`: numbers and booleans do for strings.
    Configuration,
    /// Another file that a kustomization names: unknown names are passed over as well.
    File,
    /// The configuration of a plugin, which was a resource before: numbers and booleans do for strings.
    Plugin,
}

/// A field being filled, for messages, and how it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    name: &'static str,
    reader: Reader,
}

impl Field {
    pub(crate) const fn new(name: &'static str, reader: Reader) -> Self {
        Self { name, reader }
    }

    pub(crate) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    fn kind(self, scalar: &Scalar) -> ScalarKind {
        match self.reader {
            Reader::Kustomization | Reader::Configuration | Reader::File => {
                scalar.kind_for(Dialect::Kubectl)
            }
            Reader::Plugin => scalar.kind,
        }
    }

    /// Whether unknown names are an error.
    pub(crate) fn is_strict(self) -> bool {
        matches!(self.reader, Reader::Kustomization | Reader::Configuration)
    }

    /// What a number or boolean is as a string, where it may be one.
    fn as_string(self, kind: ScalarKind, text: &SmolStr) -> Option<SmolStr> {
        match kind {
            ScalarKind::Str | ScalarKind::Timestamp if text.contains('\u{85}') => {
                Some(crate::written::folded_next_lines(text).into())
            }
            ScalarKind::Str | ScalarKind::Timestamp => Some(text.clone()),
            _ if self.reader == Reader::Kustomization => None,
            ScalarKind::Bool => Some(if is_yes(text) { "true".into() } else { "false".into() }),
            ScalarKind::Int | ScalarKind::Float => Some(crate::json::number(text).into()),
            ScalarKind::Null => None,
        }
    }
}

/// A value that can be filled from a node.
pub(crate) trait Decode: Sized + Default {
    fn decode(node: &Node, field: Field) -> Result<Self>;
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

pub(crate) fn mismatch(node: &Node, field: Field, wanted: &str) -> Error {
    let name = field.name;
    let found = match &node.value {
        Value::Map(_) => "object",
        Value::Seq(_) => "array",
        Value::Scalar(s) => match field.kind(s) {
            ScalarKind::Null => "null",
            ScalarKind::Bool => "bool",
            ScalarKind::Int | ScalarKind::Float => "number",
            ScalarKind::Str | ScalarKind::Timestamp => "string",
        },
    };
    let message =
        format!("json: cannot unmarshal {found} into Go struct field {name} of type {wanted}");
    Error::at(message, node.span())
}

/// The entries of a map; null has none.
pub(crate) fn entries(node: &Node, field: Field) -> Result<&[Entry]> {
    match &node.value {
        Value::Map(entries) => Ok(entries),
        _ if node.is_null() => Ok(&[]),
        _ => Err(mismatch(node, field, "struct")),
    }
}

impl Decode for Option<Text> {
    fn decode(node: &Node, field: Field) -> Result<Self> {
        let Some(scalar) = node.as_scalar() else { return Err(mismatch(node, field, "string")) };
        match field.kind(scalar) {
            ScalarKind::Null => Ok(None),
            kind => match field.as_string(kind, &scalar.text) {
                Some(text) => {
                    let text = Text { text, span: node.span() };
                    Ok(Some(text).filter(|t| !t.is_empty()))
                }
                None => Err(mismatch(node, field, "string")),
            },
        }
    }
}

impl Decode for bool {
    fn decode(node: &Node, field: Field) -> Result<Self> {
        let Some(scalar) = node.as_scalar() else { return Err(mismatch(node, field, "bool")) };
        match field.kind(scalar) {
            ScalarKind::Null => Ok(false),
            ScalarKind::Bool => Ok(is_yes(&scalar.text)),
            _ => Err(mismatch(node, field, "bool")),
        }
    }
}

impl Decode for Option<i64> {
    fn decode(node: &Node, field: Field) -> Result<Self> {
        let Some(scalar) = node.as_scalar() else { return Err(mismatch(node, field, "int64")) };
        match field.kind(scalar) {
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
    fn decode(node: &Node, _: Field) -> Result<Self> {
        Ok(Some(node.clone()).filter(|n| !n.is_null()))
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, field: Field) -> Result<Self> {
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
    fn decode(node: &Node, field: Field) -> Result<Self> {
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
    fn decode(node: &Node, field: Field) -> Result<Self> {
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

/// Declares a struct and how it is filled: `field: type = "name in YAML"`.
macro_rules! record {
    ($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty = $key:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $name {
            /// Where it is written.
            #[allow(dead_code, reason = "not every record is blamed for something")]
            pub(crate) span: Option<gitops_yaml::Span>,
            $($(#[$fmeta])* pub(crate) $field: $type,)*
        }

        impl crate::decode::Decode for $name {
            fn decode(node: &gitops_yaml::Node, field: crate::decode::Field) -> crate::error::Result<Self> {
                let mut out = Self { span: Some(node.span()), ..Self::default() };
                for entry in crate::decode::entries(node, field)? {
                    $(if entry.key.eq_ignore_ascii_case($key) {
                        let field = field.named(concat!(stringify!($name), ".", $key));
                        out.$field = crate::decode::Decode::decode(&entry.value, field)?;
                        continue;
                    })*
                    if field.is_strict() {
                        let message = format!("json: unknown field {:?}", entry.key.as_str());
                        return Err(crate::error::Error::at(message, entry.key_span));
                    }
                }
                Ok(out)
            }
        }

        impl crate::decode::Decode for Option<$name> {
            fn decode(node: &gitops_yaml::Node, field: crate::decode::Field) -> crate::error::Result<Self> {
                if node.is_null() {
                    return Ok(None);
                }
                <$name as crate::decode::Decode>::decode(node, field).map(Some)
            }
        }
    };
}
pub(crate) use record;
