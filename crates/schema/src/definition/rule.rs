//! One rule of `x-kubernetes-validations`.

use gitops_yaml::Node;

use super::expression::{escaped, sorted};
use super::schema::flag;

/// A rule that a CustomResourceDefinition puts on a value.
#[derive(Debug, Clone, Copy)]
pub struct Rule<'a> {
    /// The expression.
    pub expression: &'a str,
    /// What is said where it does not hold.
    message: Option<&'a str>,
    /// An expression that gives what is said.
    message_expression: Option<&'a str>,
    /// Where it is reported, below the value: `.cidr`.
    pub field_path: Option<&'a str>,
    /// Whether `oldSelf` is an optional, and the rule is evaluated without an old value too.
    pub is_optional: bool,
}

/// What a rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It holds.
    Holds,
    /// It does not hold, or fails at these values; and what is said then.
    Broken(String),
    /// It cannot be evaluated here, and why.
    Unknown(String),
}

/// The rules at one place of a schema.
pub fn rules(schema: &Node) -> impl Iterator<Item = Rule<'_>> {
    let rules = schema.get("x-kubernetes-validations").map(Node::items).unwrap_or_default();
    rules.iter().filter_map(Rule::read)
}

impl<'a> Rule<'a> {
    fn read(node: &'a Node) -> Option<Self> {
        let text = |key: &str| node.get(key).and_then(Node::text);
        Some(Self {
            expression: text("rule")?.trim(),
            message: text("message"),
            message_expression: text("messageExpression"),
            field_path: text("fieldPath"),
            is_optional: flag(node, "optionalOldSelf"),
        })
    }

    /// Whether it compares a value with what it was.
    #[must_use]
    pub fn is_transition(&self) -> bool {
        self.words("oldSelf").next().is_some()
    }

    /// Whether a field of a value can matter to it: it names the field, or takes the value as a whole.
    pub(super) fn looks_at(&self, field: &str) -> bool {
        let takes_all = self.words("self").any(|rest| !rest.trim_start().starts_with('.'));
        takes_all || self.words(&escaped(field)).next().is_some()
    }

    /// What follows each place where a word stands.
    fn words<'w>(&'w self, word: &'w str) -> impl Iterator<Item = &'w str> {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        self.expression.match_indices(word).filter_map(move |(at, _)| {
            let before = self.expression[..at].chars().next_back();
            let rest = &self.expression[at + word.len()..];
            let whole = !before.is_some_and(is_word) && !rest.chars().next().is_some_and(is_word);
            whole.then_some(rest)
        })
    }

    /// Whether it is not asked without an old value.
    pub(super) fn needs_old(&self) -> bool {
        self.is_transition() && !self.is_optional
    }

    /// Evaluates the rule at a value alone.
    pub(super) fn evaluate_alone(&self, value: &Node, schema: &Node) -> Answer {
        self.evaluate_expression(value, None, schema)
    }

    /// Evaluates the rule at a value and what it was.
    #[must_use]
    pub fn evaluate(&self, new: &Node, old: &Node, schema: &Node) -> Answer {
        if self.expression.replace(' ', "") == "self==oldSelf" && !self.is_optional {
            return if same(new, old, schema) {
                Answer::Holds
            } else {
                self.broken(new, Some(old), schema)
            };
        }
        self.evaluate_expression(new, Some(old), schema)
    }

    #[cfg(feature = "cel")]
    fn evaluate_expression(&self, new: &Node, old: Option<&Node>, schema: &Node) -> Answer {
        match super::cel::evaluate(self.expression, new, old, schema, self.is_optional) {
            super::cel::Outcome::Bool(true) => Answer::Holds,
            super::cel::Outcome::Bool(false) => self.broken(new, old, schema),
            super::cel::Outcome::Failed(why) => {
                Answer::Broken(format!("{why}: at evaluating rule: {}", self.said()))
            }
            super::cel::Outcome::Text(_) => Answer::Unknown(self.unknown("it gives no boolean")),
            super::cel::Outcome::Unsupported(why) => Answer::Unknown(self.unknown(&why)),
        }
    }

    #[cfg(not(feature = "cel"))]
    fn evaluate_expression(&self, _: &Node, _: Option<&Node>, _: &Node) -> Answer {
        Answer::Unknown(self.unknown("expressions are not evaluated in this build"))
    }

    fn unknown(&self, why: &str) -> String {
        format!("the rule `{}` cannot be evaluated: {why}", self.expression)
    }

    fn said(&self) -> String {
        self.message.map_or_else(|| format!("failed rule: {}", self.expression), str::to_owned)
    }

    fn broken(&self, new: &Node, old: Option<&Node>, schema: &Node) -> Answer {
        Answer::Broken(self.expressed(new, old, schema).unwrap_or_else(|| self.said()))
    }

    #[cfg(feature = "cel")]
    fn expressed(&self, new: &Node, old: Option<&Node>, schema: &Node) -> Option<String> {
        let expression = self.message_expression?;
        match super::cel::evaluate(expression, new, old, schema, self.is_optional) {
            super::cel::Outcome::Text(text) => Some(text),
            _ => None,
        }
    }

    #[cfg(not(feature = "cel"))]
    fn expressed(&self, _: &Node, _: Option<&Node>, _: &Node) -> Option<String> {
        self.message_expression.and(None)
    }
}

/// Whether two values are the same; the order of sets and of lists with keys does not matter.
fn same(a: &Node, b: &Node, schema: &Node) -> bool {
    sorted(a, schema).same(&sorted(b, schema))
}
