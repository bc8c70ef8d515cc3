//! Runs pipelines, commands and calls.

use gitops_yaml::Exposure;
use smol_str::SmolStr;

use crate::ast::{Command, Number, Operand, Pipeline, Term};
use crate::error::{Error, ErrorKind};
use crate::eval::Run;
use crate::library::{Call, Function, P};
use crate::options::MissingKey;
use crate::value::{Data, Elem, Trace, Value};

fn fail<T>(message: impl Into<String>, offset: usize) -> Result<T, Error> {
    Err(Error::new(ErrorKind::Failed, message, offset))
}

impl<'a> Run<'a> {
    pub(crate) fn pipeline(&mut self, dot: &Value, pipe: &'a Pipeline) -> Result<Value, Error> {
        let mut value = None;
        for command in &pipe.commands {
            let mut result = self.command(dot, command, value.take())?;
            if matches!(result.data, Data::Nil) {
                result.data = Data::Absent;
            }
            value = Some(result);
        }
        let value = value.unwrap_or_else(Value::absent);
        for name in &pipe.declares {
            if pipe.assigns {
                self.assign(name, value.clone());
            } else {
                self.declare(name, value.clone());
            }
        }
        Ok(value)
    }

    /// One command; `last` is the value of the one before.
    fn command(
        &mut self,
        dot: &Value,
        command: &'a Command,
        last: Option<Value>,
    ) -> Result<Value, Error> {
        self.budget.steps(1).map_err(|f| f.at(command.at))?;
        let Some((first, args)) = command.operands.split_first() else {
            return Ok(Value::absent());
        };
        if let (Term::Function(function), true) = (&first.term, first.fields.is_empty()) {
            return self.call(dot, function, args, last, first.at);
        }
        if !args.is_empty() || last.is_some() {
            return fail("only a function takes arguments", first.at);
        }
        if matches!(first.term, Term::Nil) {
            return fail("`nil` is no command", first.at);
        }
        self.operand(dot, first)
    }

    /// The value of an operand, constants in the type they have by themselves.
    fn operand(&mut self, dot: &Value, operand: &'a Operand) -> Result<Value, Error> {
        let start = match &operand.term {
            Term::Dot | Term::Field => dot.clone(),
            Term::Variable(name) => self.variable(name),
            Term::Function(function) => self.call(dot, function, &[], None, operand.at)?,
            Term::Parens(pipe) => self.nested(operand.at, |run| run.pipeline(dot, pipe))?,
            Term::Nil => Data::Nil.into(),
            Term::Bool(b) => Data::Bool(*b).into(),
            Term::Number(number) => ideal(*number).into(),
            Term::Str(text) => Value::string(text.clone()),
        };
        operand.fields.iter().try_fold(start, |value, name| self.field(&value, name, operand.at))
    }

    fn field(&mut self, value: &Value, name: &SmolStr, at: usize) -> Result<Value, Error> {
        let missing = |message: String| Err(Error::new(ErrorKind::Missing, message, at));
        match &value.data {
            Data::Absent if self.missing == MissingKey::Error => {
                fail(format!("nothing has a key `{name}`: the value before it is not there"), at)
            }
            Data::Absent => Ok(Value::absent()),
            Data::Nil => fail(format!("`.{name}` of a null"), at),
            Data::Map(map, elem) => match (map.get(name), self.missing) {
                (Some(found), _) => Ok(found.written_as(value)),
                (None, MissingKey::Error) => missing(format!("there is no key `{name}`")),
                (None, MissingKey::Zero) => Ok(zero(*elem)),
                (None, MissingKey::Invalid) => Ok(Value::absent()),
            },
            _ => missing(format!("a {} has no field `{name}`", value.type_name())),
        }
    }

    fn call(
        &mut self,
        dot: &Value,
        function: &'static Function,
        args: &'a [Operand],
        last: Option<Value>,
        at: usize,
    ) -> Result<Value, Error> {
        if matches!(function.name, "and" | "or") {
            return self.short_circuit(dot, function, args, last, at);
        }
        let count = args.len() + usize::from(last.is_some());
        let fixed = function.takes.iter().filter(|p| !p.is_rest()).count();
        let variadic = fixed < function.takes.len();
        if count < fixed || !variadic && count > fixed {
            let least = if variadic { "at least " } else { "" };
            let message =
                format!("`{}` takes {least}{fixed} arguments, not {count}", function.name);
            return fail(message, at);
        }
        let parameter = |i: usize| {
            function.takes.get(i).or(function.takes.last()).copied().unwrap_or(P::Any).single()
        };
        let mut values = Vec::with_capacity(count);
        for (i, arg) in args.iter().enumerate() {
            let value = self.argument(dot, arg, parameter(i), function)?;
            values.push(value);
        }
        if let Some(last) = last {
            let want = parameter(values.len());
            values.push(fitting(last, want, function, at)?);
        }
        let trace = self.inherited(&values);
        let mut call =
            Call { name: function.name, args: values, budget: &mut self.budget, at: self.at };
        let mut result = (function.run)(&mut call).map_err(|f| f.at(at))?;
        if result.trace.is_none() {
            result.trace = trace.map(std::rc::Rc::new);
        }
        Ok(result)
    }

    /// What a function's result inherits: the place of its first argument that has one, and the strictest
    /// exposure of all.
    fn inherited(&self, args: &[Value]) -> Option<Trace> {
        let origin = args.iter().find_map(Value::origin)?.clone();
        let exposure = if self.guarded {
            args.iter().map(Value::exposure).max().unwrap_or_default()
        } else {
            Exposure::Open
        };
        Some(Trace { origin, exposure })
    }

    /// `and` and `or` look at no more arguments than they need, and give one of them back.
    fn short_circuit(
        &mut self,
        dot: &Value,
        function: &'static Function,
        args: &'a [Operand],
        last: Option<Value>,
        at: usize,
    ) -> Result<Value, Error> {
        let mut value = None;
        for arg in args {
            let next = self.argument(dot, arg, P::Any, function)?;
            if next.is_empty() == (function.name == "and") {
                return Ok(next);
            }
            value = Some(next);
        }
        match last.or(value) {
            Some(value) => Ok(value),
            None => fail(format!("`{}` takes at least 1 arguments, not 0", function.name), at),
        }
    }

    /// An argument in the type that its parameter asks for.
    fn argument(
        &mut self,
        dot: &Value,
        operand: &'a Operand,
        want: P,
        function: &Function,
    ) -> Result<Value, Error> {
        let data = match (&operand.term, want) {
            (Term::Nil, P::Map) => Data::Absent,
            (Term::Number(number), P::Int) => match number.int {
                Some(int) => Data::Int(int),
                None => return mismatch("float64", want, function, operand.at),
            },
            (Term::Number(number), P::Float) => match number.float {
                Some(float) => Data::Float(float),
                None => return mismatch("int", want, function, operand.at),
            },
            _ => {
                let value = self.operand(dot, operand)?;
                return fitting(value, want, function, operand.at);
            }
        };
        Ok(data.into())
    }
}

fn fitting(value: Value, want: P, function: &Function, at: usize) -> Result<Value, Error> {
    if want.accepts(&value) { Ok(value) } else { mismatch(value.type_name(), want, function, at) }
}

fn mismatch<T>(got: &str, want: P, function: &Function, at: usize) -> Result<T, Error> {
    fail(format!("`{}` needs a {}, not a {got}", function.name, want.name()), at)
}

/// A number where any type will do.
fn ideal(number: Number) -> Data {
    match number {
        Number { reads_as_float: true, float: Some(f), .. } => Data::Float(f),
        Number { is_char: true, int: Some(i), .. } => Data::Rune(i),
        Number { int: Some(i), .. } => Data::Int(i),
        Number { float, .. } => Data::Float(float.unwrap_or_default()),
    }
}

/// Go's zero value of a map's values.
fn zero(elem: Elem) -> Value {
    match elem {
        Elem::Str => Value::string(""),
        Elem::Int => Data::Int(0).into(),
        Elem::Any | Elem::List => Data::Nil.into(),
    }
}
