//! Paths of replacements and vars: `spec.containers.[name=web].image`, dots escaped or in brackets.

use gitops_yaml::{Entry, Node, Origin, Scalar, SmolStr, Span, Style, Value};

use crate::error::{Error, Result};
use crate::fields::{split_path, wrong_kind};

/// Splits at dots, except escaped ones and those in brackets.
pub(crate) fn split(path: &str) -> Vec<SmolStr> {
    let mut parts = Vec::new();
    let mut raw = split_path(path, '.').into_iter();
    while let Some(part) = raw.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            parts.push(part);
            continue;
        }
        let mut joined = part.to_string();
        for more in raw.by_ref() {
            joined.push('.');
            joined.push_str(&more);
            if more.ends_with(']') {
                break;
            }
        }
        let joined = if joined.contains('=') { &joined } else { joined.trim_matches(['[', ']']) };
        parts.push(joined.into());
    }
    parts
}

pub(crate) fn is_item(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

fn index(part: &str) -> Option<usize> {
    let digits = part.strip_prefix('+').unwrap_or(part);
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

fn item_match(part: &str) -> Result<(&str, &str)> {
    let inner = part.trim_start_matches('[').trim_end_matches(']');
    inner.split_once('=').ok_or_else(|| {
        let why = "list path element must contain fieldName=fieldValue for element to match";
        Error::new(why, None)
    })
}

/// The value that a path leads to, its list steps exact.
pub(crate) fn lookup<'n>(node: &'n Node, path: &[SmolStr]) -> Result<Option<&'n Node>> {
    let mut node = node;
    for part in path.iter().map(|p| p.trim()).filter(|p| !p.is_empty()) {
        let next = match part.parse::<i64>() {
            Ok(i) if i < 0 => {
                return Err(Error::new(format!("array index {i} cannot be negative"), None));
            }
            Ok(i) => list(node)?.get(usize::try_from(i).unwrap_or(usize::MAX)),
            Err(_) if part == "-" => list(node)?.last(),
            Err(_) if part == "*" => {
                return Err(Error::new("wildcard is not supported in PathGetter", None));
            }
            Err(_) if is_item(part) => {
                let (key, value) = item_match(part)?;
                let text = |n: &Node| n.text().unwrap_or_default() == value;
                list(node)?.iter().find(|item| {
                    if key.is_empty() { text(item) } else { item.get(key).is_some_and(text) }
                })
            }
            Err(_) => {
                if node.as_map().is_none() && !node.is_null() {
                    return Err(wrong_kind(node, "MappingNode"));
                }
                node.get(part)
            }
        };
        match next {
            Some(next) => node = next,
            None => return Ok(None),
        }
    }
    Ok(Some(node))
}

fn list(node: &Node) -> Result<&[Node]> {
    if node.as_seq().is_none() && !node.is_null() {
        return Err(wrong_kind(node, "SequenceNode"));
    }
    Ok(node.items())
}

/// What to make where a path ends in nothing.
#[derive(Debug, Clone)]
pub(crate) enum Make {
    /// Nothing: the path must be there.
    Nothing,
    /// A value of the shape of this one, on the way that a path asks for.
    Like(Node, Span),
}

impl Make {
    /// The empty value that a step needs below it.
    fn empty(&self, next: Option<&SmolStr>) -> Option<Node> {
        let Self::Like(like, asked) = self else { return None };
        let origin = match next {
            Some(_) => Origin::new(*asked),
            None => like.origin.clone(),
        };
        let value = match next.map(SmolStr::as_str) {
            Some(part) if is_item(part) || index(part).is_some() => Value::Seq(Default::default()),
            Some(part) if !part.is_empty() => Value::Map(Default::default()),
            _ => match &like.value {
                Value::Map(_) => Value::Map(Default::default()),
                Value::Seq(_) => Value::Seq(Default::default()),
                Value::Scalar(_) => Value::Scalar(unset()),
            },
        };
        Some(Node { value, origin })
    }
}

/// Calls `with` on the value that a path of exact steps leads to.
pub(crate) fn lookup_mut(
    node: &mut Node,
    path: &[SmolStr],
    with: &mut dyn FnMut(&mut Node),
) -> bool {
    let Some((part, rest)) = path.split_first() else {
        with(node);
        return true;
    };
    let one = std::slice::from_ref(part);
    let next = match &node.value {
        Value::Map(_) => node.get_mut(part),
        Value::Seq(items) => {
            let found = lookup(node, one).ok().flatten();
            let at = found.and_then(|f| items.iter().position(|item| std::ptr::eq(item, f)));
            at.and_then(|at| node.as_seq_mut()?.get_mut(at))
        }
        Value::Scalar(_) => None,
    };
    next.is_some_and(|next| lookup_mut(next, rest, with))
}

/// Makes what one exact step leads to, where it leads to nothing and `next` follows.
pub(crate) fn make_step(
    node: &mut Node,
    part: &SmolStr,
    next: Option<&SmolStr>,
    make: &Make,
) -> Result<()> {
    let Make::Like(_, asked) = make else { return Ok(()) };
    if lookup(node, std::slice::from_ref(part))?.is_some() {
        return Ok(());
    }
    if is_item(part) {
        if let Some(items) = node.as_seq_mut() {
            items.push(new_item(item_match(part)?, *asked));
        }
    } else if let Some(made) = make.empty(next) {
        node.set(Entry::new(part.clone(), *asked, made));
    }
    Ok(())
}

/// The item that a step would have found.
fn new_item((key, text): (&str, &str), asked: Span) -> Node {
    let value = Node::scalar(Scalar::plain(text), Origin::new(asked));
    if key.is_empty() {
        return value;
    }
    Node::map(vec![Entry::new(key, asked, value)], Origin::new(asked))
}

/// A scalar that was made and is still to be set.
fn unset() -> Scalar {
    Scalar { style: Style::Tagged, ..Scalar::plain("") }
}

/// Whether a node was made for being set.
pub(crate) fn is_unset(node: &Node) -> bool {
    node.as_scalar()
        .is_some_and(|s| s.style == Style::Tagged && s.text.is_empty() && node.is_null())
}

/// Calls `set` on every value that a path leads to, its list steps regular expressions. Returns how many
/// there were.
pub(crate) fn visit(
    node: &mut Node,
    path: &[SmolStr],
    make: &Make,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<usize> {
    let Some((part, rest)) = path.split_first() else {
        set(node)?;
        return Ok(1);
    };
    if let Some(at) = index(part) {
        return visit_index(node, at, rest, make, set);
    }
    if is_item(part) {
        return visit_items(node, part, rest, make, set);
    }
    if part == "*" {
        let items = list_mut(node)?;
        let mut count = 0;
        for item in items {
            count += visit(item, rest, make, set)?;
        }
        return Ok(count);
    }
    visit_field(node, part, rest, make, set)
}

fn list_mut(node: &mut Node) -> Result<&mut [Node]> {
    if node.as_seq().is_none() && !node.is_null() {
        return Err(wrong_kind(node, "SequenceNode"));
    }
    Ok(node.as_seq_mut().map(Vec::as_mut_slice).unwrap_or_default())
}

fn visit_index(
    node: &mut Node,
    at: usize,
    rest: &[SmolStr],
    make: &Make,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<usize> {
    let found = list_mut(node)?.len();
    if found == at
        && let Some(made) = make.empty(rest.first())
        && let Some(items) = node.as_seq_mut()
    {
        items.push(made);
    }
    match list_mut(node)?.get_mut(at) {
        Some(item) => visit(item, rest, make, set),
        None => {
            let message = format!("index {at} specified but only {found} elements found");
            Err(Error::new(message, None))
        }
    }
}

fn visit_items(
    node: &mut Node,
    part: &str,
    rest: &[SmolStr],
    make: &Make,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<usize> {
    let (key, pattern) = item_match(part)?;
    let regex = crate::pattern::go_regex(pattern)
        .map_err(|e| Error::new(format!("error parsing regexp: {e}"), None))?;
    let mut look = |node: &mut Node| {
        let mut count = 0;
        for item in list_mut(node)? {
            if key.is_empty() {
                if regex.is_match(&as_written(item)) {
                    set(item)?;
                    count += 1;
                }
            } else if item.get(key).is_some_and(|v| regex.is_match(&as_written(v))) {
                count += visit(item, rest, make, set)?;
            }
        }
        Ok(count)
    };
    let count = look(node)?;
    let (0, Make::Like(_, asked)) = (count, make) else { return Ok(count) };
    if let Some(items) = node.as_seq_mut() {
        items.push(new_item((key, pattern), *asked));
    }
    // kustomize makes items for ever where none that it makes is what the path asks for.
    look(node)
}

fn visit_field(
    node: &mut Node,
    part: &str,
    rest: &[SmolStr],
    make: &Make,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<usize> {
    if node.as_map().is_none() && !node.is_null() {
        return Err(wrong_kind(node, "MappingNode"));
    }
    if node.get(part).is_none() {
        let Some(made) = make.empty(rest.first()) else { return Ok(0) };
        if node.is_null() {
            // kustomize writes below the null and loses what it wrote.
            let mut lost = made;
            return visit(&mut lost, rest, make, set);
        }
        let span = made.span();
        node.set(Entry::new(part, span, made));
    }
    match node.get_mut(part) {
        Some(field) if field.as_scalar().is_some() && !field.is_null() && !rest.is_empty() => {
            // A document inside a string: what is set here is set in a copy.
            let mut inner = crate::document::parse(field)?;
            visit(&mut inner, rest, make, set)
        }
        Some(field) => visit(field, rest, make, set),
        None => Ok(0),
    }
}

/// A scalar with its quotes, as go-yaml would write it.
fn as_written(node: &Node) -> String {
    let text = node.text().unwrap_or_default();
    match node.as_scalar().map(|s| s.style) {
        Some(Style::Double) => format!("\"{text}\""),
        Some(Style::Single) => format!("'{text}'"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn dots_in_brackets_and_escaped_dots_belong_to_names() {
        assert_eq!(split("a.b"), ["a", "b"]);
        assert_eq!(split(r"data.config\.json.a"), ["data", "config.json", "a"]);
        assert_eq!(split("metadata.annotations.[a.b/c]"), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(split("l.[name=a.b].v"), ["l", "[name=a.b]", "v"]);
    }
}
