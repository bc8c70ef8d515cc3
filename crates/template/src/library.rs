//! Functions that templates may call, as tables.

use gitops_yaml::Span;

use crate::error::{ErrorKind, Fault};
use crate::limits::Budget;
use crate::value::{Data, Elem, Map, Value};

/// What a parameter accepts, in Go's types. The plurals take all arguments that are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum P {
    Any,
    Str,
    Int,
    Float,
    Bool,
    /// `map[string]interface {}`
    Map,
    Anys,
    Strs,
    Ints,
    Floats,
    Maps,
}

impl P {
    pub(crate) fn is_rest(self) -> bool {
        matches!(self, Self::Anys | Self::Strs | Self::Ints | Self::Floats | Self::Maps)
    }

    /// The type of one argument.
    pub(crate) fn single(self) -> Self {
        match self {
            Self::Anys => Self::Any,
            Self::Strs => Self::Str,
            Self::Ints => Self::Int,
            Self::Floats => Self::Float,
            Self::Maps => Self::Map,
            one => one,
        }
    }

    /// Go's name of the type.
    pub(crate) fn name(self) -> &'static str {
        match self.single() {
            Self::Str => "string",
            Self::Int => "int",
            Self::Float => "float64",
            Self::Bool => "bool",
            Self::Map => "map[string]interface {}",
            _ => "interface {}",
        }
    }

    /// Whether a value can be given as it is.
    pub(crate) fn accepts(self, value: &Value) -> bool {
        match self.single() {
            Self::Str => matches!(value.data, Data::Str(_)),
            Self::Int => matches!(value.data, Data::Int(_)),
            Self::Float => matches!(value.data, Data::Float(_)),
            Self::Bool => matches!(value.data, Data::Bool(_)),
            Self::Map => matches!(value.data, Data::Map(_, Elem::Any) | Data::Absent),
            _ => true,
        }
    }
}

/// What a function gives back.
pub(crate) type Outcome = Result<Value, Fault>;

/// One function.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) takes: &'static [P],
    pub(crate) run: fn(&mut Call<'_>) -> Outcome,
}

/// A row of a table.
pub(crate) const fn f(
    name: &'static str,
    takes: &'static [P],
    run: fn(&mut Call<'_>) -> Outcome,
) -> Function {
    Function { name, takes, run }
}

/// One call: arguments that fit the parameters.
pub(crate) struct Call<'a> {
    pub(crate) name: &'static str,
    pub(crate) args: Vec<Value>,
    pub(crate) budget: &'a mut Budget,
    /// The template's place.
    pub(crate) at: Span,
}

impl Call<'_> {
    /// A string argument.
    pub(crate) fn str(&self, i: usize) -> &str {
        self.args.get(i).and_then(Value::as_str).unwrap_or_default()
    }

    /// An `int` argument.
    pub(crate) fn int(&self, i: usize) -> i64 {
        if let Some(Data::Int(n)) = self.args.get(i).map(|a| &a.data) { *n } else { 0 }
    }

    /// A map argument; a new one for nil.
    pub(crate) fn map(&self, i: usize) -> Map {
        if let Some(Data::Map(map, _)) = self.args.get(i).map(|a| &a.data) {
            map.clone()
        } else {
            Map::default()
        }
    }

    /// An argument of any type.
    pub(crate) fn any(&self, i: usize) -> Value {
        self.args.get(i).cloned().unwrap_or_else(Value::absent)
    }

    /// The arguments from `i` on.
    pub(crate) fn rest(&self, i: usize) -> &[Value] {
        self.args.get(i..).unwrap_or_default()
    }

    /// The items of a list argument, or an error that names the type.
    pub(crate) fn items(&self, i: usize) -> Result<Vec<Value>, Fault> {
        let value = self.any(i);
        match value.items() {
            Some(items) => Ok(items.to_vec()),
            None => Err(self.fault(format!("needs a list, not {}", value.type_name()))),
        }
    }

    /// A string result, paid for.
    pub(crate) fn text(&mut self, text: impl Into<String>) -> Outcome {
        let text = text.into();
        self.budget.bytes(text.len())?;
        Ok(Value::string(text))
    }

    /// An argument as `%v` prints it, as most of Sprig turns values to text.
    pub(crate) fn shown(&mut self, value: &Value) -> Result<String, Fault> {
        crate::print::text(value, "<nil>", self.budget)
    }

    /// A failure of this function.
    pub(crate) fn fault(&self, why: impl std::fmt::Display) -> Fault {
        Fault::new(format!("`{}` {why}", self.name))
    }
}

/// A function whose result differs from run to run, or that is not evaluated here.
pub(crate) fn undetermined(call: &mut Call<'_>) -> Outcome {
    let message = format!("`{}` has no result that is the same on every run", call.name);
    Err(Fault { kind: ErrorKind::Undetermined, message })
}

/// The functions of one kind of template.
pub struct Library(pub(crate) &'static [&'static [Function]]);

impl Library {
    pub(crate) fn find(&self, name: &str) -> Option<&'static Function> {
        self.0.iter().copied().flatten().find(|f| f.name == name)
    }

    /// The names of all functions, in the order of the tables.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied().flatten().map(|f| f.name)
    }
}
