//! Label selectors: of clusters, of sets of parameters, of the providers of inputs.

use gitops_yaml::{Node, SmolStr, Span};

/// Why a selector is refused, and where.
pub(crate) struct Refused(pub(crate) String, pub(crate) Span);

/// Requirements that must all hold.
#[derive(Debug, Default)]
pub(crate) struct Selector(Vec<Requirement>);

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
    pub(crate) fn of(node: &Node) -> Result<Self, Refused> {
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
                    let message = format!("a selector has no operator `{other}`");
                    return Err(Refused(message, node.span()));
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
                return Err(Refused(message.to_owned(), node.span()));
            }
            requirements.push(Requirement { key: text("key").into(), operator, values });
        }
        if let Some(bad) = requirements.iter().find(|r| !is_qualified_name(&r.key)) {
            let message = format!("`{}` is no label key, which a selector asks for", bad.key);
            return Err(Refused(message, node.span()));
        }
        Ok(Self(requirements))
    }

    /// Reads a selector over labels.
    pub(crate) fn of_labels(node: &Node) -> Result<Self, Refused> {
        let selector = Self::of(node)?;
        let mut values = selector.0.iter().flat_map(|r| &r.values);
        if let Some(bad) = values.find(|v| !is_label_value(v)) {
            return Err(Refused(format!("`{bad}` is no value of a label"), node.span()));
        }
        Ok(selector)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn matches(&self, label: &dyn Fn(&str) -> Option<SmolStr>) -> bool {
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

/// `[prefix/]name` of a label or annotation.
pub(crate) fn is_qualified_name(key: &str) -> bool {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(p, n)| (Some(p), n));
    prefix.is_none_or(is_subdomain) && !name.is_empty() && is_label_value(name)
}

/// At most 63 letters, digits, `-`, `_` and `.`, the first and last of them a letter or digit; or nothing.
pub(crate) fn is_label_value(value: &str) -> bool {
    let ends = |c: char| c.is_ascii_alphanumeric();
    value.len() <= 63
        && value.chars().all(|c| ends(c) || "-_.".contains(c))
        && (value.is_empty() || value.starts_with(ends) && value.ends_with(ends))
}

/// RFC 1123: labels of lower-case letters, digits and `-`, with dots between them.
pub(crate) fn is_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_dns_label)
}

fn is_dns_label(label: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !label.is_empty()
        && label.chars().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}
