//! Labels, and what selects them.

use gitops_yaml::{Entry, Node};

use crate::table::Empty;

/// The labels of an object.
pub(crate) type Labels<'a> = [(&'a str, &'a str)];

/// Whether a label selector (`matchLabels` and `matchExpressions`) selects an object with these labels.
/// An empty one selects everything.
#[must_use]
pub fn selects(selector: &Node, labels: &[(&str, &str)]) -> bool {
    Selector::new(selector, false, Empty::All).matches(labels)
}

/// Reads a map of labels.
pub(crate) fn read(map: Option<&Node>) -> Vec<(&str, &str)> {
    let entries = map.map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|e| Some((e.key.as_str(), e.value.text()?))).collect()
}

/// A selector as an object writes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Selector<'a> {
    node: &'a Node,
    /// A map of labels rather than `matchLabels` and `matchExpressions`.
    map: bool,
    empty: Empty,
}

impl<'a> Selector<'a> {
    pub(crate) fn new(node: &'a Node, map: bool, empty: Empty) -> Self {
        Self { node, map, empty }
    }

    /// The labels that must have one value.
    pub(crate) fn equalities(&self) -> &'a [Entry] {
        let map = if self.map { Some(self.node) } else { self.node.get("matchLabels") };
        map.map(Node::entries).unwrap_or_default()
    }

    fn expressions(&self) -> &'a [Node] {
        let list = if self.map { None } else { self.node.get("matchExpressions") };
        list.map(Node::items).unwrap_or_default()
    }

    /// Whether it asks for nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.equalities().is_empty() && self.expressions().is_empty()
    }

    /// Whether it selects an object with these labels.
    pub(crate) fn matches(&self, labels: &Labels<'_>) -> bool {
        if self.is_empty() {
            return self.empty == Empty::All;
        }
        let value = |key: &str| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
        self.equalities().iter().all(|e| value(&e.key).is_some_and(|v| Some(v) == e.value.text()))
            && self.expressions().iter().all(|e| holds(e, &value))
    }
}

/// One of `matchExpressions`. An operator that is not known selects nothing, as the API server would
/// refuse it.
fn holds<'a>(expression: &Node, value: &impl Fn(&str) -> Option<&'a str>) -> bool {
    let text = |key| expression.get(key).and_then(Node::text).unwrap_or_default();
    let found = value(text("key"));
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
        Selector::new(&selector, false, Empty::All).matches(&read(Some(&labels)))
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
        assert!(!Selector::new(&none, true, Empty::Nothing).matches(&[]));
    }
}
