//! The values that templates compute with: Go's types as far as they can be told apart.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use gitops_yaml::{Exposure, Origin};
use smol_str::SmolStr;

/// How deep values may nest before printing, comparing and copying give up: a map can hold itself.
pub(crate) const DEPTH: usize = 256;

/// A value, and where it was written.
#[derive(Debug, Clone)]
pub struct Value {
    pub(crate) data: Data,
    pub(crate) trace: Option<Rc<Trace>>,
}

/// Where a value comes from, and whether it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trace {
    pub(crate) origin: Origin,
    pub(crate) exposure: Exposure,
}

/// The types of Go that templates can tell apart.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    /// No value at all; prints as `<no value>`.
    Absent,
    /// A null that a map or list holds.
    Nil,
    Bool(bool),
    /// `int`
    Int(i64),
    Int64(i64),
    /// `int32`, of a character constant.
    Rune(i64),
    Float(f64),
    Str(SmolStr),
    List(Rc<Vec<Value>>, Elem),
    Map(Map, Elem),
}

/// The type of a list's items or a map's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Elem {
    /// `interface {}`
    Any,
    /// `string`
    Str,
    /// `int`
    Int,
    /// `[]interface {}`
    List,
}

/// A map, shared by all who hold it: `set` is seen everywhere, as in Go.
#[derive(Debug, Clone, Default)]
pub(crate) struct Map(Rc<RefCell<BTreeMap<SmolStr, Value>>>);

impl Map {
    pub(crate) fn get(&self, key: &str) -> Option<Value> {
        self.0.borrow().get(key).cloned()
    }

    pub(crate) fn set(&self, key: impl Into<SmolStr>, value: Value) {
        self.0.borrow_mut().insert(key.into(), value);
    }

    pub(crate) fn remove(&self, key: &str) {
        self.0.borrow_mut().remove(key);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Keys and values in the order of the keys' bytes, as they are now.
    pub(crate) fn entries(&self) -> Vec<(SmolStr, Value)> {
        self.0.borrow().iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl FromIterator<(SmolStr, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (SmolStr, Value)>>(entries: I) -> Self {
        Self(Rc::new(RefCell::new(entries.into_iter().collect())))
    }
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Self { data, trace: None }
    }
}

impl Value {
    /// A string.
    #[must_use]
    pub fn string(text: impl Into<SmolStr>) -> Self {
        Data::Str(text.into()).into()
    }

    /// A list of strings, `[]string`.
    #[must_use]
    pub fn strings(items: impl IntoIterator<Item = impl Into<SmolStr>>) -> Self {
        let items = items.into_iter().map(|s| Self::string(s)).collect();
        Data::List(Rc::new(items), Elem::Str).into()
    }

    /// A list of any values, `[]interface {}`.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        Data::List(Rc::new(items), Elem::Any).into()
    }

    /// A map of any values, `map[string]interface {}`.
    #[must_use]
    pub fn map(entries: impl IntoIterator<Item = (SmolStr, Self)>) -> Self {
        Data::Map(entries.into_iter().collect(), Elem::Any).into()
    }

    /// A map of strings, `map[string]string`.
    #[must_use]
    pub fn string_map(entries: impl IntoIterator<Item = (SmolStr, Self)>) -> Self {
        Data::Map(entries.into_iter().collect(), Elem::Str).into()
    }

    /// No value.
    #[must_use]
    pub fn absent() -> Self {
        Data::Absent.into()
    }

    pub(crate) fn ints(items: impl IntoIterator<Item = i64>) -> Self {
        let items = items.into_iter().map(|i| Data::Int(i).into()).collect();
        Data::List(Rc::new(items), Elem::Int).into()
    }

    /// With the place that wrote it.
    #[must_use]
    pub fn written(mut self, origin: Origin, exposure: Exposure) -> Self {
        self.trace = Some(Rc::new(Trace { origin, exposure }));
        self
    }

    /// With the place of another value, unless it has one of its own.
    #[must_use]
    pub fn written_as(mut self, other: &Self) -> Self {
        if self.trace.is_none() {
            self.trace.clone_from(&other.trace);
        }
        self
    }

    /// The place that wrote it, where it is known.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        self.trace.as_ref().map(|t| &t.origin)
    }

    /// The text, if it is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Data::Str(text) = &self.data { Some(text) } else { None }
    }

    /// The value of a key, if this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Self> {
        if let Data::Map(map, _) = &self.data { map.get(key) } else { None }
    }

    /// Sets a key, if this is a map; all who hold the map see it.
    pub fn set(&self, key: impl Into<SmolStr>, value: Self) {
        if let Data::Map(map, _) = &self.data {
            map.set(key, value);
        }
    }

    /// Keys and values, sorted, if this is a map.
    #[must_use]
    pub fn entries(&self) -> Option<Vec<(SmolStr, Self)>> {
        if let Data::Map(map, _) = &self.data { Some(map.entries()) } else { None }
    }

    /// The items, if this is a list.
    #[must_use]
    pub fn items(&self) -> Option<&[Self]> {
        if let Data::List(items, _) = &self.data { Some(items) } else { None }
    }

    /// The items, if this is a list of any values and not, say, of strings alone.
    #[must_use]
    pub fn any_items(&self) -> Option<&[Self]> {
        if let Data::List(items, Elem::Any) = &self.data { Some(items) } else { None }
    }

    /// Whether it is a `map[string]string`, which merges and flattens unlike other maps.
    #[must_use]
    pub fn is_string_map(&self) -> bool {
        matches!(self.data, Data::Map(_, Elem::Str))
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Absent | Data::Nil)
    }

    /// Whether nothing is in it: null, false, 0, the empty string, list or map.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.data {
            Data::Absent | Data::Nil => true,
            Data::Bool(b) => !b,
            Data::Int(i) | Data::Int64(i) | Data::Rune(i) => *i == 0,
            Data::Float(f) => *f == 0.0,
            Data::Str(s) => s.is_empty(),
            Data::List(items, _) => items.is_empty(),
            Data::Map(map, _) => map.len() == 0,
        }
    }

    /// Go's name of the type, as in messages and `typeOf`.
    pub(crate) fn type_name(&self) -> &'static str {
        match &self.data {
            Data::Absent | Data::Nil => "<nil>",
            Data::Bool(_) => "bool",
            Data::Int(_) => "int",
            Data::Int64(_) => "int64",
            Data::Rune(_) => "int32",
            Data::Float(_) => "float64",
            Data::Str(_) => "string",
            Data::List(_, Elem::Any) => "[]interface {}",
            Data::List(_, Elem::Str) => "[]string",
            Data::List(_, Elem::Int) => "[]int",
            Data::List(_, Elem::List) => "[][]interface {}",
            Data::Map(_, Elem::Str) => "map[string]string",
            Data::Map(..) => "map[string]interface {}",
        }
    }

    /// Whether two values are alike in type and content, as Go's `reflect.DeepEqual` sees it.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.equals_within(other, DEPTH)
    }

    fn equals_within(&self, other: &Self, depth: usize) -> bool {
        match (&self.data, &other.data) {
            (Data::Absent | Data::Nil, Data::Absent | Data::Nil) => true,
            (Data::Bool(a), Data::Bool(b)) => a == b,
            (Data::Int(a), Data::Int(b))
            | (Data::Int64(a), Data::Int64(b))
            | (Data::Rune(a), Data::Rune(b)) => a == b,
            (Data::Float(a), Data::Float(b)) => a == b,
            (Data::Str(a), Data::Str(b)) => a == b,
            (Data::List(a, x), Data::List(b, y)) => {
                depth > 0
                    && x == y
                    && a.len() == b.len()
                    && a.iter().zip(b.iter()).all(|(a, b)| a.equals_within(b, depth - 1))
            }
            (Data::Map(a, x), Data::Map(b, y)) => {
                x == y && (a.is_same(b) || depth > 0 && maps_equal(a, b, depth - 1))
            }
            _ => false,
        }
    }

    /// The strictest exposure of what is in it.
    #[must_use]
    pub fn exposure(&self) -> Exposure {
        self.exposure_within(DEPTH)
    }

    fn exposure_within(&self, depth: usize) -> Exposure {
        let own = self.trace.as_ref().map_or(Exposure::Open, |t| t.exposure);
        let below = |values: &mut dyn Iterator<Item = &Self>| {
            values.map(|v| v.exposure_within(depth.saturating_sub(1))).max().unwrap_or_default()
        };
        match &self.data {
            Data::List(items, _) if depth > 0 => own.max(below(&mut items.iter())),
            Data::Map(map, _) if depth > 0 => own.max(below(&mut map.0.borrow().values())),
            _ => own,
        }
    }
}

fn maps_equal(a: &Map, b: &Map, depth: usize) -> bool {
    a.len() == b.len()
        && a.entries().iter().all(|(k, v)| b.get(k).is_some_and(|o| v.equals_within(&o, depth)))
}
