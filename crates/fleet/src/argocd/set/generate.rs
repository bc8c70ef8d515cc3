//! From a generator to sets of parameters.

use gitops_template::Value;
use gitops_yaml::{Entry, Node};

use super::engine::Engine;
use super::params::flattened;
use super::{Inputs, Stop};
use crate::selector::Selector;

/// Generators in the order in which Argo CD looks for them.
const KINDS: [&str; 9] = [
    "list",
    "clusters",
    "git",
    "scmProvider",
    "clusterDecisionResource",
    "pullRequest",
    "matrix",
    "merge",
    "plugin",
];

/// Where a generator stands: a matrix may hold a matrix, and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Top,
    Nested,
    Innermost,
}

impl Level {
    pub(super) fn below(self) -> Self {
        if self == Self::Top { Self::Nested } else { Self::Innermost }
    }
}

/// What evaluates the generators of one set.
pub(super) struct Generator<'a> {
    pub(super) inputs: &'a Inputs<'a>,
    pub(super) engine: Engine,
}

/// Sets of parameters, and the template that they fill.
pub(super) struct Transformed {
    pub(super) params: Vec<Value>,
    pub(super) template: Option<Node>,
}

impl Generator<'_> {
    /// All generators in one entry: usually one, but each counts. `outer` are the parameters of the
    /// generator before it in a matrix.
    pub(super) fn transform(
        &self,
        node: &Node,
        template: Option<&Node>,
        outer: Option<&Value>,
        level: Level,
    ) -> Result<Vec<Transformed>, Stop> {
        let selector = match node.get("selector").filter(|s| !s.is_null()) {
            Some(selector) => Some(Selector::of(selector)?),
            None => None,
        };
        let filled = match outer.filter(|params| !params.is_empty()) {
            Some(params) => self.engine.fill_generator(node, params)?,
            None => node.clone(),
        };
        let is_innermost = level == Level::Innermost;
        let mut all = Vec::new();
        for kind in KINDS.into_iter().filter(|k| !is_innermost || !matches!(*k, "matrix" | "merge"))
        {
            let Some(options) = filled.get(kind).filter(|o| !o.is_null()) else { continue };
            let own = node.at(&[kind, "template"]);
            let mut params = self.params(kind, options, level)?;
            if let Some(selector) = &selector {
                params.retain(|set| selector.matches(&|key| flattened(set).get(key).cloned()));
            }
            all.push(Transformed { params, template: merged_template(own, template) });
        }
        Ok(all)
    }

    /// The sets of a child of a matrix or merge: it must hold exactly one generator.
    pub(super) fn child(
        &self,
        node: &Node,
        outer: Option<&Value>,
        level: Level,
    ) -> Result<Vec<Value>, Stop> {
        let mut all = self.transform(node, None, outer, level.below())?;
        match (all.pop(), all.is_empty()) {
            (Some(one), true) => Ok(one.params),
            (Some(_), false) => Err(Stop::wrong(
                "more than one generator in one entry of a matrix or merge",
                node.span(),
            )),
            (None, _) => {
                Err(Stop::wrong("no generator that Argo CD knows in this entry", node.span()))
            }
        }
    }

    fn params(&self, kind: &str, options: &Node, level: Level) -> Result<Vec<Value>, Stop> {
        match kind {
            "list" => self.list(options),
            "clusters" => self.clusters(options),
            "git" => self.git(options),
            "matrix" => self.matrix(options, level),
            "merge" => self.merge(options, level),
            _ => Err(Stop::Unknown(
                format!("its generator `{kind}` asks something outside of the repository"),
                options.span(),
            )),
        }
    }

    /// Adds the texts of `values`, each filled with the parameters made so far and not with each other.
    pub(super) fn append_values(&self, values: Option<&Node>, params: &Value) -> Result<(), Stop> {
        let mut made = Vec::new();
        for entry in values.map(Node::entries).unwrap_or_default() {
            let Some(text) = entry.value.text() else { continue };
            let filled = self.engine.fill(text, &entry.value.origin, params)?;
            let origin = filled.origin(&entry.value.origin);
            let value = Value::string(filled.text.as_str()).written(origin, filled.exposure);
            made.push((entry.key.clone(), value));
        }
        if self.engine.is_go() {
            if !made.is_empty() {
                params.set("values", Value::string_map(made));
            }
        } else {
            for (key, value) in made {
                params.set(format!("values.{key}"), value);
            }
        }
        Ok(())
    }
}

/// A generator's own template with what it leaves out taken from the set's.
fn merged_template(own: Option<&Node>, template: Option<&Node>) -> Option<Node> {
    match (own.filter(|o| !o.is_null()), template) {
        (Some(own), Some(template)) => {
            let mut merged = own.clone();
            fill_in(&mut merged, template);
            Some(merged)
        }
        (own, template) => own.or(template).cloned(),
    }
}

fn fill_in(node: &mut Node, from: &Node) {
    for entry in from.entries() {
        match node.get_mut(&entry.key) {
            Some(own) if own.as_map().is_some() && entry.value.as_map().is_some() => {
                fill_in(own, &entry.value)
            }
            Some(own) if !is_zero(own) => {}
            _ => {
                node.set(Entry::clone(entry));
            }
        }
    }
}

fn is_zero(node: &Node) -> bool {
    node.is_null()
        || node.as_map().is_some_and(<[Entry]>::is_empty)
        || node.as_seq().is_some_and(<[Node]>::is_empty)
        || node.text().is_some_and(|t| matches!(t, "" | "0" | "false"))
}
