//! The grammar of Flux's variable substitution (fluxcd/pkg, envsubst). It looks like the shell's and is not:
//! `${v:+x}` is a default, `$$` is one `$` anywhere but in a default, and what cannot be parsed fails the
//! whole text.

mod expand;
mod parse;

use std::fmt;

/// How many bytes an expression or a text may come to: nested replacements multiply, and no API server
/// takes an object this long.
const MAX_LENGTH: usize = 1 << 22;

/// A parsed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Expression(Expression),
}

/// One `${…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expression {
    /// The variable's name.
    pub name: String,
    /// `:=`, `^^`, `/`, …; empty for a bare `${name}`.
    pub operator: String,
    arguments: Vec<Part>,
    /// The bytes of the text that it takes.
    pub range: std::ops::Range<usize>,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup<'v> {
    /// A known value.
    Value(&'v str),
    /// It is set, to a value that is not known here.
    Hidden,
    /// It may be set: a source of variables is not known here.
    Possible,
    /// It is nowhere set.
    Missing,
}

/// Why a text cannot be substituted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Error {
    /// A `${` that is no expression, in the words of the controller.
    Syntax(&'static str),
    /// A variable that is nowhere set, in strict mode.
    NotSet(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(what) => f.write_str(what),
            Self::NotSet(name) => write!(f, "variable `{name}` is not set"),
        }
    }
}

const BAD: Error = Error::Syntax("bad substitution");
const UNCLOSED: Error = Error::Syntax("missing closing brace");
const NO_NAME: Error = Error::Syntax("unable to parse variable name");
const BAD_ARGUMENT: Error = Error::Syntax("unable to parse substitution within function");
const BAD_DEFAULT: Error = Error::Syntax("unable to parse default function");
const TOO_LONG: Error = Error::Syntax("its value is longer than an object may be");

impl Expression {
    /// Whether the operator gives a value where the variable has none.
    pub(crate) fn has_default(&self) -> bool {
        matches!(self.operator.as_str(), "=" | ":=" | ":-" | ":+" | ":?")
    }
}

impl Template {
    /// Its expressions, those in arguments too.
    pub(crate) fn expressions(&self) -> Vec<&Expression> {
        fn collect<'t>(parts: &'t [Part], all: &mut Vec<&'t Expression>) {
            for part in parts {
                if let Part::Expression(e) = part {
                    all.push(e);
                    collect(&e.arguments, all);
                }
            }
        }
        let mut all = Vec::new();
        collect(&self.0, &mut all);
        all
    }

    /// The text with its variables put in. `opaque` writes an expression whose value is not known.
    pub(crate) fn evaluate<'v>(
        &self,
        lookup: &dyn Fn(&str) -> Lookup<'v>,
        strict: bool,
        opaque: &mut dyn FnMut(&Expression) -> String,
    ) -> Result<String, Error> {
        evaluate(&self.0, lookup, strict, opaque)
    }
}

fn evaluate<'v>(
    parts: &[Part],
    lookup: &dyn Fn(&str) -> Lookup<'v>,
    strict: bool,
    opaque: &mut dyn FnMut(&Expression) -> String,
) -> Result<String, Error> {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Expression(e) => out.push_str(&e.evaluate(lookup, strict, opaque)?),
        }
        within_limit(out.len())?;
    }
    Ok(out)
}

impl Expression {
    fn evaluate<'v>(
        &self,
        lookup: &dyn Fn(&str) -> Lookup<'v>,
        strict: bool,
        opaque: &mut dyn FnMut(&Self) -> String,
    ) -> Result<String, Error> {
        let value = match lookup(&self.name) {
            Lookup::Value(value) => value,
            Lookup::Hidden => return Ok(opaque(self)),
            Lookup::Possible if !self.has_default() => return Ok(opaque(self)),
            Lookup::Missing if strict && !self.has_default() => {
                return Err(Error::NotSet(self.name.clone()));
            }
            Lookup::Possible | Lookup::Missing => "",
        };
        let mut arguments = Vec::new();
        let mut length = 0;
        for argument in &self.arguments {
            let text = evaluate(std::slice::from_ref(argument), lookup, strict, opaque)?;
            length += text.len();
            within_limit(length)?;
            arguments.push(text);
        }
        if let ("//", [old, new]) = (self.operator.as_str(), &arguments[..]) {
            within_limit(value.matches(old.as_str()).count().saturating_mul(new.len()))?;
        }
        expand::apply(&self.operator, value, &arguments).ok_or(BAD)
    }
}

fn within_limit(length: usize) -> Result<(), Error> {
    if length <= MAX_LENGTH { Ok(()) } else { Err(TOO_LONG) }
}

#[cfg(test)]
mod tests;
