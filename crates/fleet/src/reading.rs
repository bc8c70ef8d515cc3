//! YAML as kubectl and Argo CD read it: by way of JSON, with the types of YAML 1.1 (sigs.k8s.io/yaml).

use gitops_yaml::{Dialect, Entry, Node, Number, ParsedFile, Scalar, ScalarKind, SmolStr, Value};

/// A value with the types of YAML 1.1: `yes` is true, dates are text, and so are keys.
pub(crate) fn as_kubectl_reads(node: &Node, file: &ParsedFile) -> Node {
    let value = match &node.value {
        Value::Scalar(scalar) => Value::Scalar(retyped(scalar)),
        Value::Seq(items) => {
            return Node::seq(
                items.iter().map(|i| as_kubectl_reads(i, file)).collect(),
                node.origin.clone(),
            );
        }
        Value::Map(entries) => {
            let mut map = Node::map(Vec::new(), node.origin.clone());
            for entry in entries.iter() {
                let value = as_kubectl_reads(&entry.value, file);
                map.set(Entry::new(key(entry, file), entry.key_span, value));
            }
            return map;
        }
    };
    Node { value, origin: node.origin.clone() }
}

fn retyped(scalar: &Scalar) -> Scalar {
    match scalar.kind_for(Dialect::Kubectl) {
        kind if kind == scalar.kind => scalar.clone(),
        ScalarKind::Bool => Scalar {
            kind: ScalarKind::Bool,
            text: bool_text(&scalar.text).into(),
            ..scalar.clone()
        },
        ScalarKind::Str => {
            Scalar { exposure: scalar.exposure, ..Scalar::string(scalar.text.clone()) }
        }
        kind => Scalar { kind, ..scalar.clone() },
    }
}

fn bool_text(text: &str) -> &'static str {
    let is_true = matches!(text.to_ascii_lowercase().as_str(), "y" | "yes" | "on" | "true");
    if is_true { "true" } else { "false" }
}

/// A key: plain words and numbers of YAML 1.1 are booleans and numbers as keys, too, and then text again.
fn key(entry: &Entry, file: &ParsedFile) -> SmolStr {
    let span = entry.key_span;
    let written = file.source.text.get(span.start as usize..span.end as usize).unwrap_or_default();
    if span.file != file.id || written != entry.key {
        return entry.key.clone();
    }
    match (Scalar::plain(entry.key.clone()).kind_for(Dialect::Kubectl), Number::parse(written)) {
        (ScalarKind::Bool, _) => bool_text(&entry.key).into(),
        (ScalarKind::Int, Some(Number::Int(number))) => number.to_string().into(),
        _ => entry.key.clone(),
    }
}
