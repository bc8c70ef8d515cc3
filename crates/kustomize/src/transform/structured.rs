//! Replacements inside a string that holds JSON or YAML, such as a value of a ConfigMap.

use gitops_yaml::{Entry, FileId, Node, Origin, SmolStr, Span, Value};

use crate::document::parse;
use crate::error::Result;
use crate::path::{Make, lookup, visit};
use crate::transform::reprint::{nowhere, reprint};
use crate::written::check_scalars;

fn file_of(node: &Node) -> FileId {
    node.span().file
}

/// Where a path first meets a scalar on its way, and what is left of it inside that scalar.
pub(crate) fn split_at_scalar<'p>(
    target: &Node,
    path: &'p [SmolStr],
) -> Option<(&'p [SmolStr], &'p [SmolStr])> {
    for i in 1..path.len() {
        let (outer, inner) = path.split_at(i);
        if let Ok(Some(found)) = lookup(target, outer)
            && found.as_scalar().is_some()
            && parse(found).is_ok()
        {
            return Some((outer, inner));
        }
    }
    None
}

/// Sets a value inside the document that `scalar` holds. False if the path is not there.
pub(crate) fn set_inside(
    scalar: &mut Node,
    inner: &[SmolStr],
    make: &Make,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<bool> {
    let text = scalar.text().unwrap_or_default().to_owned();
    let mut document = parse(scalar)?;
    if text.trim().is_empty() {
        return Ok(false);
    }
    let nowhere = nowhere(file_of(scalar));
    let make = match make {
        Make::Nothing => Make::Nothing,
        Make::Like(like, _) => Make::Like(placed(like, nowhere), nowhere),
    };
    let found = visit(&mut document, inner, &make, &mut |node| {
        let place = node.span();
        set(node)?;
        *node = placed(node, if node.as_scalar().is_some() { place } else { nowhere });
        Ok(())
    })?;
    if found == 0 {
        return Ok(false);
    }
    let is_json = text.trim_start().starts_with(['{', '[']);
    if is_json && check_scalars(&document).is_err() {
        return Ok(false);
    }
    let new = if is_json {
        json(&document, text.contains('\n') && text.contains("  "))
    } else {
        reprint(&document, &text).trim().to_owned()
    };
    if let Value::Scalar(s) = &mut scalar.value {
        s.text = new.into();
    }
    Ok(true)
}

/// A value with all of its parts at one place.
fn placed(node: &Node, place: Span) -> Node {
    let origin = Origin::new(place);
    match &node.value {
        Value::Scalar(s) => Node::scalar(s.clone(), origin),
        Value::Seq(items) => Node::seq(items.iter().map(|n| placed(n, place)).collect(), origin),
        Value::Map(entries) => {
            let entry = |e: &Entry| Entry::new(e.key.clone(), place, placed(&e.value, place));
            Node::map(entries.iter().map(entry).collect(), origin)
        }
    }
}

/// JSON as Go's encoder writes it, on one line or indented by two.
fn json(node: &Node, pretty: bool) -> String {
    let mut compact = String::new();
    crate::json::encode(node, &mut compact);
    if pretty { indented(&compact) } else { compact }
}

fn indented(compact: &str) -> String {
    let mut out = String::with_capacity(compact.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    let mut chars = compact.chars().peekable();
    let newline = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    while let Some(c) = chars.next() {
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '{' | '[' => {
                out.push(c);
                if matches!(chars.peek(), Some('}' | ']')) {
                    out.extend(chars.next());
                } else {
                    depth += 1;
                    newline(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                newline(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                newline(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c => {
                quoted = c == '"';
                out.push(c);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::indented;

    #[test]
    fn json_is_indented_by_two() {
        assert_eq!(
            indented(r#"{"a":[1,{}],"b":"x:{"}"#),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"x:{\"\n}"
        );
    }
}
