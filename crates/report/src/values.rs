//! Values of fields, fit to be shown.

use std::fmt::Write;

use gitops_yaml::{Exposure, Node, Scalar, ScalarKind, Value};

/// What stands for a value that may be a secret.
pub const MASK: &str = "***";

/// A value on one line, as people write it: scalars as text, lists and maps in flow style. Values that
/// are or may be secret are masked.
///
/// ```
/// # use gitops_yaml::{ContentId, Sources};
/// let text = b"matchLabels: {app: web, 'on': \"1\"}\nports: [80]";
/// let file = Sources::default().load("x", ContentId::of(text), text);
/// assert_eq!(
///     gitops_report::values::shown(&file.documents[0]),
///     "{matchLabels: {app: web, on: \"1\"}, ports: [80]}"
/// );
/// ```
#[must_use]
pub fn shown(node: &Node) -> String {
    let mut out = String::new();
    match &node.value {
        Value::Scalar(s) => out.push_str(masked(s)),
        Value::Seq(_) | Value::Map(_) => write(&mut out, node),
    }
    out
}

fn masked(scalar: &Scalar) -> &str {
    match scalar.exposure {
        Exposure::Secret => MASK,
        Exposure::Open | Exposure::Unknown => &scalar.text,
    }
}

fn write(out: &mut String, node: &Node) {
    match &node.value {
        Value::Scalar(s) => {
            // Quotes tell the text "1" from the number 1.
            let ambiguous = s.kind == ScalarKind::Str
                && (s.text.is_empty()
                    || s.text.contains([',', '{', '}', '[', ']', '"', '\n'])
                    || Scalar::plain(s.text.clone()).kind != ScalarKind::Str);
            if ambiguous && s.exposure != Exposure::Secret {
                let _ = write!(out, "{:?}", s.text);
            } else {
                out.push_str(masked(s));
            }
        }
        Value::Seq(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                write(out, item);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (i, entry) in entries.iter().enumerate() {
                let _ = write!(out, "{}{}: ", if i > 0 { ", " } else { "" }, entry.key);
                write(out, &entry.value);
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use gitops_model::Resource;
    use gitops_yaml::{ContentId, Sources};

    use super::*;

    #[test]
    fn secrets_are_masked() {
        let text = b"apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {pin: \"1234\", token: hunter2}";
        let file = Sources::default().load("x", ContentId::of(text), text);
        let secret = Resource::new(file.documents[0].clone()).unwrap();
        assert_eq!(shown(secret.at(&["stringData"]).unwrap()), "{pin: ***, token: ***}");
        assert_eq!(shown(secret.at(&["stringData", "token"]).unwrap()), "***");
    }
}
