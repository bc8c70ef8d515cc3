//! Where the way a value is written decides what comes of it.

use gitops_yaml::{Dialect, Entry, Node, Scalar, ScalarKind, Sources, Span, Value, resolve};

use crate::error::{Error, Result};

/// Keys below the top must be strings: JSON has no others.
pub(crate) fn check_keys(object: &Node, sources: &Sources) -> Result<()> {
    object.entries().iter().try_for_each(|e| check_below(&e.value, sources))
}

fn check_below(node: &Node, sources: &Sources) -> Result<()> {
    match &node.value {
        Value::Scalar(_) => Ok(()),
        Value::Seq(items) => items.iter().try_for_each(|item| check_below(item, sources)),
        Value::Map(entries) => entries.iter().try_for_each(|entry| {
            if is_no_string(entry, sources) {
                let message = "json: unsupported type: map[interface {}]interface {}";
                let error = Error::at(message, entry.key_span);
                return Err(error.help(format!("quote the key `{}`", entry.key)));
            }
            check_below(&entry.value, sources)
        }),
    }
}

fn is_no_string(entry: &Entry, sources: &Sources) -> bool {
    resolve(&entry.key, Dialect::Kustomize) != ScalarKind::Str
        && !matches!(first_char(entry.key_span, sources), Some(b'"' | b'\'' | b'!'))
}

fn first_char(span: Span, sources: &Sources) -> Option<u8> {
    sources.file(span.file).text.as_bytes().get(span.start as usize).copied()
}

/// A null that is written as nothing inside `{}` or `[]` ends as an empty string.
pub(crate) fn fill_flow_nulls(node: &mut Node, sources: &Sources) {
    if !has_empty_null(node) {
        return;
    }
    let in_flow = matches!(first_char(node.span(), sources), Some(b'{' | b'['));
    let mut fill = |child: &mut Node| match &mut child.value {
        Value::Scalar(s) if in_flow && is_empty_null(s) => *s = Scalar::string(""),
        _ => fill_flow_nulls(child, sources),
    };
    match &node.value {
        Value::Scalar(_) => {}
        Value::Seq(_) => node.as_seq_mut().into_iter().flatten().for_each(fill),
        Value::Map(_) => {
            node.as_map_mut().into_iter().flatten().for_each(|e| fill(&mut e.value));
        }
    }
}

fn is_empty_null(scalar: &Scalar) -> bool {
    scalar.kind == ScalarKind::Null && scalar.text.is_empty()
}

fn has_empty_null(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(s) => is_empty_null(s),
        Value::Seq(items) => items.iter().any(has_empty_null),
        Value::Map(entries) => entries.iter().any(|e| has_empty_null(&e.value)),
    }
}
