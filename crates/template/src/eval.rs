//! Runs a template, as Go's `text/template` does.

use std::rc::Rc;

use gitops_yaml::{Exposure, Span};
use smol_str::SmolStr;

use crate::ast::{Branch, List, Node, Pipeline};
use crate::error::{Error, ErrorKind, Fault};
use crate::limits::{Budget, Limits};
use crate::options::MissingKey;
use crate::parse::Definitions;
use crate::print;
use crate::value::{Data, Trace, Value};

/// What a list of nodes did to the loop around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Next,
    Break,
    Continue,
}

/// One run of a template.
pub(crate) struct Run<'a> {
    pub(crate) definitions: &'a Definitions,
    pub(crate) missing: MissingKey,
    pub(crate) at: Span,
    pub(crate) budget: Budget,
    /// Levels that may still be entered.
    depth: usize,
    /// Whether any value given must not be shown.
    pub(crate) guarded: bool,
    variables: Vec<(SmolStr, Value)>,
    pub(crate) out: Output,
}

/// What was printed.
#[derive(Default)]
pub(crate) struct Output {
    pub(crate) text: String,
    /// Whether any of it stands in the template itself.
    pub(crate) literal: bool,
    /// Of each value printed: where it comes from.
    pub(crate) traces: Vec<Option<Rc<Trace>>>,
    pub(crate) exposure: Exposure,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        definitions: &'a Definitions,
        data: &Value,
        missing: MissingKey,
        limits: &Limits,
        at: Span,
    ) -> Self {
        Self {
            definitions,
            missing,
            at,
            budget: Budget::new(limits),
            depth: limits.depth,
            guarded: data.exposure() != Exposure::Open,
            variables: vec![("$".into(), data.clone())],
            out: Output::default(),
        }
    }

    /// Runs `inner` one level deeper.
    pub(crate) fn nested<T>(
        &mut self,
        offset: usize,
        inner: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Some(left) = self.depth.checked_sub(1) else {
            return Err(Error::new(ErrorKind::Limit, "actions call each other too deep", offset));
        };
        self.depth = left;
        let result = inner(self);
        self.depth += 1;
        result
    }

    pub(crate) fn list(&mut self, dot: &Value, nodes: &'a List) -> Result<Flow, Error> {
        for node in nodes {
            let flow = self.node(dot, node)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, dot: &Value, node: &'a Node) -> Result<Flow, Error> {
        match node {
            Node::Text(text) => {
                self.budget.bytes(text.len()).map_err(|f| f.at(0))?;
                self.out.literal = true;
                self.out.text.push_str(text);
            }
            Node::Action(pipe) => {
                let value = self.pipeline(dot, pipe)?;
                if pipe.declares.is_empty() {
                    self.print(&value).map_err(|f| f.at(pipe.at))?;
                }
            }
            Node::If(branch) => return self.branch(dot, branch, false),
            Node::With(branch) => return self.branch(dot, branch, true),
            Node::Range(branch) => return self.range(dot, branch),
            Node::Template { name, at, data } => self.template(dot, name, *at, data.as_ref())?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn print(&mut self, value: &Value) -> Result<(), Fault> {
        let text = print::text(value, "<no value>", &mut self.budget)?;
        self.out.text.push_str(&text);
        self.out.traces.push(value.trace.clone());
        if self.guarded {
            self.out.exposure = self.out.exposure.max(value.exposure());
        }
        Ok(())
    }

    /// `if`, or `with`, which moves the dot.
    fn branch(&mut self, dot: &Value, branch: &'a Branch, moves: bool) -> Result<Flow, Error> {
        let mark = self.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let flow = self.nested(branch.pipe.at, |run| match value.is_empty() {
            true => run.list(dot, &branch.otherwise),
            false => run.list(if moves { &value } else { dot }, &branch.body),
        });
        self.variables.truncate(mark);
        flow
    }

    fn range(&mut self, dot: &Value, branch: &'a Branch) -> Result<Flow, Error> {
        let mark = self.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let flow = self.nested(branch.pipe.at, |run| run.iterate(dot, &value, branch));
        self.variables.truncate(mark);
        // `break` and `continue` end at the innermost loop.
        flow.map(|_| Flow::Next)
    }

    fn iterate(&mut self, dot: &Value, value: &Value, branch: &'a Branch) -> Result<Flow, Error> {
        let at = branch.pipe.at;
        let fail = |message: String| Err(Error::new(ErrorKind::Failed, message, at));
        match &value.data {
            _ if value.is_empty()
                && !matches!(value.data, Data::Str(_) | Data::Bool(_) | Data::Float(_)) =>
            {
                return self.list(dot, &branch.otherwise);
            }
            Data::Int(count) | Data::Int64(count) | Data::Rune(count) => {
                if branch.pipe.declares.len() > 1 {
                    return fail("a range over a number has one variable only".to_owned());
                }
                if *count < 0 {
                    return self.list(dot, &branch.otherwise);
                }
                let is_int64 = matches!(value.data, Data::Int64(_));
                for i in 0..*count {
                    let item = Value::from(if is_int64 { Data::Int64(i) } else { Data::Int(i) });
                    if self.iteration(Value::absent(), item, branch)? == Flow::Break {
                        break;
                    }
                }
            }
            Data::List(items, _) => {
                for (i, item) in items.iter().enumerate() {
                    let index = Data::Int(i as i64).into();
                    if self.iteration(index, item.clone(), branch)? == Flow::Break {
                        break;
                    }
                }
            }
            Data::Map(map, _) => {
                for (key, item) in map.entries() {
                    if self.iteration(Value::string(key), item, branch)? == Flow::Break {
                        break;
                    }
                }
            }
            _ => return fail(format!("`range` cannot go over a {}", value.type_name())),
        }
        Ok(Flow::Next)
    }

    fn iteration(&mut self, index: Value, item: Value, branch: &'a Branch) -> Result<Flow, Error> {
        let pipe = &branch.pipe;
        self.budget.steps(1).map_err(|f| f.at(pipe.at))?;
        let mark = self.variables.len();
        let values = match pipe.declares.len() {
            0 => vec![],
            1 => vec![item.clone()],
            _ => vec![index, item.clone()],
        };
        for (name, value) in pipe.declares.iter().zip(values) {
            self.assign(name, value);
        }
        let flow = self.list(&item, &branch.body);
        self.variables.truncate(mark);
        flow
    }

    fn template(
        &mut self,
        dot: &Value,
        name: &SmolStr,
        at: usize,
        data: Option<&'a Pipeline>,
    ) -> Result<(), Error> {
        let definitions = self.definitions;
        let Some(body) = definitions.named.get(name) else {
            let message = format!("there is no template `{name}`");
            return Err(Error::new(ErrorKind::Failed, message, at));
        };
        let dot = match data {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Value::absent(),
        };
        let outer = std::mem::replace(&mut self.variables, vec![("$".into(), dot.clone())]);
        let flow = self.nested(at, |run| run.list(&dot, body));
        self.variables = outer;
        flow.map(|_| ())
    }

    pub(crate) fn variable(&self, name: &str) -> Value {
        let found = self.variables.iter().rev().find(|(n, _)| n == name);
        found.map_or_else(Value::absent, |(_, value)| value.clone())
    }

    pub(crate) fn declare(&mut self, name: &SmolStr, value: Value) {
        self.variables.push((name.clone(), value));
    }

    pub(crate) fn assign(&mut self, name: &str, value: Value) {
        if let Some((_, old)) = self.variables.iter_mut().rev().find(|(n, _)| n == name) {
            *old = value;
        }
    }
}
