//! The type of a value, and what is known of the fields of a structure.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_yaml::{Node, SmolStr};

use crate::format::Format;

/// The type of a value.
#[derive(Debug, Clone)]
pub enum Type {
    /// Anything at all.
    Any,
    /// Text.
    String,
    /// One of these texts.
    Enum(Arc<[SmolStr]>),
    /// A span of time as Go writes it: `1h30m`.
    Duration,
    /// True or false.
    Bool,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Long,
    /// A number.
    Float,
    /// Bytes in base64.
    Bytes,
    /// A point in time.
    Time,
    /// A quantity such as `100m` or `1Gi`; equal quantities may be written differently.
    Quantity,
    /// A whole number, or text.
    IntOrString,
    /// A list.
    List(Arc<List>),
    /// A map with free keys.
    Map(Arc<Map>),
    /// A map with known keys.
    Struct(Arc<Struct>),
}

/// A list.
#[derive(Debug, Clone)]
pub struct List {
    /// The type of its items.
    pub item: Type,
    /// How server-side apply pairs its items.
    pub pairing: Pairing,
    /// How a strategic merge patch pairs its items.
    pub patch: Pairing,
}

/// How the items of two lists are paired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pairing {
    /// Not at all: the list is one value.
    Atomic,
    /// By their values.
    Set,
    /// By these fields.
    Keys(Vec<SmolStr>),
}

/// A map with free keys.
#[derive(Debug, Clone)]
pub struct Map {
    /// The type of its values.
    pub value: Type,
    /// Whether it is owned as one value.
    pub atomic: bool,
}

/// A map with known keys.
#[derive(Debug, Clone, Default)]
pub struct Struct {
    /// Its name: `core/v1.PodSpec`; empty for those of a CustomResourceDefinition.
    pub name: SmolStr,
    /// Its fields.
    pub fields: BTreeMap<SmolStr, Field>,
    /// Whether it is owned as one value.
    pub atomic: bool,
    /// Whether fields that are not known are kept.
    pub open: bool,
}

/// A field of a structure.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its type.
    pub ty: Type,
    /// Whether it is told apart from an empty value when it is absent.
    pub pointer: bool,
    /// Whether a strategic merge patch drops the keys that it does not name.
    pub retain_keys: bool,
    /// Whether the types ask for a value.
    pub required: bool,
    /// What a value has to keep to beside its type.
    pub limits: Option<Arc<Limits>>,
    /// The value it takes when it is absent.
    pub default: Option<Node>,
}

/// What a value has to keep to beside its type.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// The least number, length of a text in characters, or number of items.
    pub(crate) least: Option<u32>,
    /// The greatest.
    pub(crate) most: Option<u32>,
    /// A regular expression that texts match.
    pub(crate) pattern: Option<SmolStr>,
    /// The form of a text.
    pub(crate) form: Option<Format>,
    /// The form of the keys of a map.
    pub(crate) keys: Option<Format>,
    /// The form of its values.
    pub(crate) values: Option<Format>,
    /// The field in which no two items of a list are the same.
    pub(crate) unique: Option<SmolStr>,
}

impl Limits {
    pub(super) fn is_empty(&self) -> bool {
        let Self { least, most, pattern, form, keys, values, unique } = self;
        let forms = [form, keys, values];
        [least, most].iter().all(|bound| bound.is_none())
            && [pattern, unique].iter().all(|text| text.is_none())
            && forms.iter().all(|form| form.is_none())
    }
}

impl Struct {
    /// The structure of a field, if it is one.
    #[must_use]
    pub fn structure(&self, key: &str) -> Option<&Self> {
        match &self.fields.get(key)?.ty {
            Type::Struct(known) => Some(known),
            _ => None,
        }
    }
}

impl Type {
    /// The type of what a key of this type's values leads to; list items are passed through.
    pub(super) fn child(&self, key: &str) -> Option<&Self> {
        match self {
            Self::List(list) => list.item.child(key),
            Self::Map(map) => Some(&map.value),
            Self::Struct(known) => known.fields.get(key).map(|f| &f.ty),
            _ => None,
        }
    }
}
