//! Nodes to values, as a document that went through JSON arrives in Go: every number is a `float64`.

use gitops_yaml::{Dialect, Node, Scalar, ScalarKind, Value as Yaml};
use smol_str::SmolStr;

use crate::literal;
use crate::value::{Data, Value};

impl Value {
    /// The value of a node, read with the rules of YAML 1.1 and decoded from JSON. Nodes nest no deeper
    /// than the reader allows.
    #[must_use]
    pub fn from_node(node: &Node) -> Self {
        let (value, exposure) = match &node.value {
            Yaml::Scalar(scalar) => (from_scalar(scalar), scalar.exposure),
            Yaml::Seq(items) => {
                (Self::list(items.iter().map(Self::from_node).collect()), Default::default())
            }
            Yaml::Map(entries) => {
                let entries = entries.iter().map(|e| (e.key.clone(), Self::from_node(&e.value)));
                (Self::map(entries), Default::default())
            }
        };
        value.written(node.origin.clone(), exposure)
    }
}

fn from_scalar(scalar: &Scalar) -> Value {
    let text = scalar.text.as_str();
    match scalar.kind_for(Dialect::Kubectl) {
        ScalarKind::Null => Data::Nil.into(),
        ScalarKind::Bool => Data::Bool(is_true(text)).into(),
        ScalarKind::Int | ScalarKind::Float => Data::Float(number(text)).into(),
        ScalarKind::Str | ScalarKind::Timestamp => Value::string(SmolStr::new(text)),
    }
}

fn is_true(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "y" | "on")
}

/// A number of YAML 1.1, in the precision that JSON leaves it.
fn number(text: &str) -> f64 {
    let plain = text.replace('_', "");
    if let Some(int) = literal::integer(&plain, 0) {
        return int as f64;
    }
    match plain.trim_start_matches('+').to_ascii_lowercase().as_str() {
        ".inf" => f64::INFINITY,
        "-.inf" => f64::NEG_INFINITY,
        ".nan" => f64::NAN,
        plain => plain.parse().unwrap_or(f64::NAN),
    }
}
