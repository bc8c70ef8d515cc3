//! The tree of a template.

use smol_str::SmolStr;

use crate::library::Function;

/// Nodes in a row.
pub(crate) type List = Vec<Node>;

/// What a template is made of.
pub(crate) enum Node {
    Text(SmolStr),
    /// A pipeline whose value is printed, unless it declares variables.
    Action(Pipeline),
    If(Branch),
    With(Branch),
    Range(Branch),
    /// A call of another template, with its name.
    Template {
        name: SmolStr,
        at: usize,
        data: Option<Pipeline>,
    },
    Break,
    Continue,
}

/// `if`, `with` or `range` with its two lists.
pub(crate) struct Branch {
    pub(crate) pipe: Pipeline,
    pub(crate) body: List,
    pub(crate) otherwise: List,
}

/// Commands, each given the value of the one before as its last argument.
pub(crate) struct Pipeline {
    pub(crate) at: usize,
    pub(crate) declares: Vec<SmolStr>,
    /// Whether the variables exist already (`=` rather than `:=`).
    pub(crate) assigns: bool,
    pub(crate) commands: Vec<Command>,
}

/// An operand, or a function with its arguments.
pub(crate) struct Command {
    pub(crate) at: usize,
    /// Never empty.
    pub(crate) operands: Vec<Operand>,
}

/// One term and the fields behind it.
pub(crate) struct Operand {
    pub(crate) at: usize,
    pub(crate) term: Term,
    /// `.a.b` behind the term.
    pub(crate) fields: Vec<SmolStr>,
}

/// The start of an operand.
pub(crate) enum Term {
    Dot,
    /// `.a`: the first fields stand in [`Operand::fields`].
    Field,
    Variable(SmolStr),
    Function(&'static Function),
    Nil,
    Bool(bool),
    Number(Number),
    Str(SmolStr),
    Parens(Box<Pipeline>),
}

/// A number as written: it takes the type that its place asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number {
    pub(crate) int: Option<i64>,
    pub(crate) float: Option<f64>,
    /// Whether it is a `float64` where any type will do.
    pub(crate) reads_as_float: bool,
    /// Whether it is a character constant, an `int32`.
    pub(crate) is_char: bool,
}
