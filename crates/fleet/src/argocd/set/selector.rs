//! Label selectors, of clusters and of sets of parameters.

use gitops_yaml::{Node, SmolStr};

use super::Stop;
use super::validate::{is_label_value, is_qualified_name};

/// Requirements that must all hold.
#[derive(Debug, Default)]
pub(super) struct Selector(Vec<Requirement>);

#[derive(Debug)]
struct Requirement {
    key: SmolStr,
    operator: Operator,
    values: Vec<SmolStr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Selector {
    /// Reads a selector over parameters, whose values may be anything.
    pub(super) fn of(node: &Node) -> Result<Self, Stop> {
        let mut requirements = Vec::new();
        for entry in node.get("matchLabels").map(Node::entries).unwrap_or_default() {
            let values = entry.value.text().map(SmolStr::new).into_iter().collect();
            requirements.push(Requirement {
                key: entry.key.clone(),
                operator: Operator::In,
                values,
            });
        }
        for node in node.get("matchExpressions").map(Node::items).unwrap_or_default() {
            let text = |key| node.get(key).and_then(Node::text).unwrap_or_default();
            let operator = match text("operator") {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                other => {
                    return Err(Stop::wrong(
                        format!("a selector has no operator `{other}`"),
                        node.span(),
                    ));
                }
            };
            let values: Vec<SmolStr> = node
                .get("values")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .filter_map(|v| v.text().map(SmolStr::new))
                .collect();
            let needs_values = matches!(operator, Operator::In | Operator::NotIn);
            if needs_values == values.is_empty() {
                let message = "`In` and `NotIn` need values, `Exists` and `DoesNotExist` take none";
                return Err(Stop::wrong(message, node.span()));
            }
            requirements.push(Requirement { key: text("key").into(), operator, values });
        }
        if let Some(bad) = requirements.iter().find(|r| !is_qualified_name(&r.key)) {
            let message = format!("`{}` is no label key, which a selector asks for", bad.key);
            return Err(Stop::wrong(message, node.span()));
        }
        Ok(Self(requirements))
    }

    /// Reads a selector over labels.
    pub(super) fn of_labels(node: &Node) -> Result<Self, Stop> {
        let selector = Self::of(node)?;
        let mut values = selector.0.iter().flat_map(|r| &r.values);
        if let Some(bad) = values.find(|v| !is_label_value(v)) {
            return Err(Stop::wrong(format!("`{bad}` is no value of a label"), node.span()));
        }
        Ok(selector)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn matches(&self, label: &dyn Fn(&str) -> Option<SmolStr>) -> bool {
        self.0.iter().all(|r| {
            let value = label(&r.key);
            let listed = value.as_ref().is_some_and(|v| r.values.contains(v));
            match r.operator {
                Operator::In => listed,
                Operator::NotIn => !listed,
                Operator::Exists => value.is_some(),
                Operator::DoesNotExist => value.is_none(),
            }
        })
    }
}
