//! Labels and what selects them.

use gitops_yaml::Node;

/// Whether a label selector (`matchLabels` and `matchExpressions`) accepts these labels. An empty one
/// accepts all.
pub(crate) fn selects(selector: &Node, labels: Option<&Node>) -> bool {
    let label = |key: &str| labels.and_then(|l| l.get(key)).and_then(Node::text);
    let wanted = selector.get("matchLabels").map_or(&[][..], Node::entries);
    let expressions = selector.get("matchExpressions").map_or(&[][..], Node::items);
    wanted.iter().all(|e| label(&e.key) == e.value.text())
        && expressions.iter().all(|e| {
            let value = e.get("key").and_then(Node::text).and_then(label);
            let values = e.get("values").map_or(&[][..], Node::items);
            let listed = value.is_some_and(|v| values.iter().any(|n| n.text() == Some(v)));
            match e.get("operator").and_then(Node::text) {
                Some("In") => listed,
                Some("NotIn") => !listed,
                Some("Exists") => value.is_some(),
                Some("DoesNotExist") => value.is_none(),
                _ => true,
            }
        })
}

/// Whether these labels hold every pair of a plain selector, as that of a Service. An empty one selects
/// nothing.
pub(crate) fn contains(labels: Option<&Node>, selector: &Node) -> bool {
    let label = |key: &str| labels.and_then(|l| l.get(key)).and_then(Node::text);
    let wanted = selector.entries();
    !wanted.is_empty() && wanted.iter().all(|e| label(&e.key) == e.value.text())
}
