//! Labels, and what selects them.

use gitops_yaml::{Entry, Node};

use crate::calico::Expression;
use crate::table::{Empty, Syntax};

/// The labels of an object.
pub(crate) type Labels<'a> = [(&'a str, &'a str)];

/// Whether a label selector (`matchLabels` and `matchExpressions`) selects an object with these labels.
/// An empty one selects everything.
#[must_use]
pub fn selects(selector: &Node, labels: &[(&str, &str)]) -> bool {
    Selector::new(selector, Syntax::Selector, Empty::All).matches(labels)
}

/// Reads a map of labels.
pub(crate) fn read(map: Option<&Node>) -> Vec<(&str, &str)> {
    let entries = map.map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|e| Some((e.key.as_str(), e.value.text()?))).collect()
}

/// A selector as an object writes it.
#[derive(Debug, Clone)]
pub(crate) struct Selector<'a> {
    form: Form<'a>,
    empty: Empty,
}

#[derive(Debug, Clone)]
enum Form<'a> {
    Labels {
        map: &'a [Entry],
        expressions: &'a [Node],
    },
    /// An expression of Calico; `None` if it is not understood, and so selects nothing.
    Calico(Option<Expression<'a>>),
}

impl<'a> Selector<'a> {
    pub(crate) fn new(node: &'a Node, syntax: Syntax, empty: Empty) -> Self {
        let form = match syntax {
            Syntax::Map => Form::Labels { map: node.entries(), expressions: &[] },
            Syntax::Selector => Form::Labels {
                map: node.get("matchLabels").map(Node::entries).unwrap_or_default(),
                expressions: node.get("matchExpressions").map(Node::items).unwrap_or_default(),
            },
            Syntax::Calico => Form::Calico(Expression::read(node.text().unwrap_or_default())),
        };
        Self { form, empty }
    }

    /// The labels that must have one value.
    pub(crate) fn equalities(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let map = match self.form {
            Form::Labels { map, .. } => map,
            Form::Calico(_) => &[],
        };
        map.iter().map(|e| (bare(&e.key), e.value.text().unwrap_or_default()))
    }

    /// Whether it asks for nothing.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.form {
            Form::Labels { map, expressions } => map.is_empty() && expressions.is_empty(),
            Form::Calico(expression) => *expression == Some(Expression::All),
        }
    }

    /// Whether it selects an object with these labels.
    pub(crate) fn matches(&self, labels: &Labels<'_>) -> bool {
        if self.is_empty() {
            return self.empty == Empty::All;
        }
        let value = |key: &str| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
        match &self.form {
            Form::Labels { expressions, .. } => {
                self.equalities().all(|(key, wanted)| value(key) == Some(wanted))
                    && expressions.iter().all(|e| holds(e, &value))
            }
            Form::Calico(expression) => expression.as_ref().is_some_and(|e| e.matches(&value)),
        }
    }

    /// Whether it asks for a label.
    pub(crate) fn names(&self, label: &str) -> bool {
        let Form::Labels { expressions, .. } = &self.form else { return false };
        let keys = expressions.iter().filter_map(|e| e.get("key").and_then(Node::text));
        self.equalities().map(|(key, _)| key).chain(keys.map(bare)).any(|key| key == label)
    }
}

/// A label without the source that Cilium puts before it.
fn bare(key: &str) -> &str {
    ["k8s:", "any:"].iter().find_map(|source| key.strip_prefix(source)).unwrap_or(key)
}

/// One of `matchExpressions`. An operator that is not known selects nothing, as the API server would
/// refuse it.
fn holds<'a>(expression: &Node, value: &impl Fn(&str) -> Option<&'a str>) -> bool {
    let text = |key| expression.get(key).and_then(Node::text).unwrap_or_default();
    let found = value(bare(text("key")));
    let listed = || {
        let values = expression.get("values").map(Node::items).unwrap_or_default();
        found.is_some_and(|found| values.iter().any(|v| v.text() == Some(found)))
    };
    match text("operator") {
        "In" => listed(),
        "NotIn" => !listed(),
        "Exists" => found.is_some(),
        "DoesNotExist" => found.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use gitops_yaml::{ContentId, Sources};

    use super::*;

    fn parse(text: &str) -> Node {
        Sources::default().load("x", ContentId::of(text.as_bytes()), text.as_bytes()).documents[0]
            .clone()
    }

    fn matches(selector: &str, labels: &str) -> bool {
        let (selector, labels) = (parse(selector), parse(labels));
        Selector::new(&selector, Syntax::Selector, Empty::All).matches(&read(Some(&labels)))
    }

    #[test]
    fn expressions_are_read_as_the_api_server_reads_them() {
        let with = |operator: &str| {
            format!("{{matchExpressions: [{{key: a, operator: {operator}, values: [x, y]}}]}}")
        };
        assert!(matches(&with("In"), "{a: x}"));
        assert!(!matches(&with("In"), "{a: z}"));
        assert!(matches(&with("NotIn"), "{a: z}"));
        assert!(matches(&with("NotIn"), "{}"), "an absent label is not in any list");
        assert!(matches(&with("Exists"), "{a: z}"));
        assert!(!matches(&with("DoesNotExist"), "{a: z}"));
        assert!(!matches(&with("Near"), "{a: x}"));
    }

    #[test]
    fn all_requirements_hold_together() {
        let selector = "{matchLabels: {a: x}, matchExpressions: [{key: b, operator: Exists}]}";
        assert!(matches(selector, "{a: x, b: y}"));
        assert!(!matches(selector, "{a: x}"));
        assert!(matches("{}", "{a: x}"), "an empty selector selects everything");
        let none = parse("{}");
        assert!(!Selector::new(&none, Syntax::Map, Empty::Nothing).matches(&[]));
    }
}
