//! Where the way a value is written decides what comes of it.

use gitops_yaml::{
    Dialect, Entry, Node, Number, Scalar, ScalarKind, Sources, Span, Style, Value, resolve,
};

use crate::error::{Context as _, Error, Result};

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

/// JSON has no word for numbers that are none, and a value whose type is given must be of it: what is
/// written over a value keeps the type of what stood there.
pub(crate) fn check_scalars(node: &Node) -> Result<()> {
    match &node.value {
        Value::Scalar(scalar) => check_scalar(scalar).or_at(node.span()),
        Value::Seq(items) => items.iter().try_for_each(check_scalars),
        Value::Map(entries) => entries.iter().try_for_each(|e| check_scalars(&e.value)),
    }
}

fn check_scalar(Scalar { text, kind, .. }: &Scalar) -> Result<()> {
    let found = resolve(text, Dialect::Kustomize);
    let wanted = match kind {
        ScalarKind::Str => return Ok(()),
        ScalarKind::Float if found == ScalarKind::Int => return Ok(()),
        ScalarKind::Float if found == ScalarKind::Float => {
            let is_finite = matches!(Number::parse(text), Some(Number::Float(f)) if f.is_finite());
            let message = || format!("json: unsupported value: {text}");
            return if is_finite { Ok(()) } else { Err(Error::new(message(), None)) };
        }
        kind if *kind == found => return Ok(()),
        ScalarKind::Null => "null",
        ScalarKind::Bool => "bool",
        ScalarKind::Int => "int",
        ScalarKind::Float => "float",
        ScalarKind::Timestamp => "timestamp",
    };
    Err(Error::new(format!("cannot decode `{text}` as a !!{wanted}"), None))
}

/// The schema that a comment behind a key gives to its value: `items: # {"type": "array", ...}`.
pub(crate) fn schema_comment(key: Span, sources: &Sources) -> Option<Node> {
    let text = sources.file(key.file).text.clone();
    let line = text.get(key.end as usize..)?.lines().next()?;
    let comment = line.trim_start().strip_prefix(':')?.trim_start().strip_prefix('#')?.trim();
    if !comment.starts_with('{') {
        return None;
    }
    let json: serde_json::Value = serde_json::from_str(comment).ok()?;
    Some(crate::json::node(&json, &gitops_yaml::Origin::new(key)))
}

/// A key that kustomize writes itself, never quoted.
pub(crate) fn check_new_key(key: &str, span: Span) -> Result<()> {
    if resolve(key, Dialect::Kustomize) == ScalarKind::Str {
        return Ok(());
    }
    let message = "json: unsupported type: map[interface {}]interface {}";
    let error = Error::at(message, span);
    Err(error.help(format!("`{key}` cannot be a key here: kustomize writes it without quotes")))
}

/// Whether an object has keys that are no strings.
pub(crate) fn has_odd_keys(object: &Node, sources: &Sources) -> bool {
    check_keys(object, sources).is_err()
}

fn is_no_string(entry: &Entry, sources: &Sources) -> bool {
    resolve(&entry.key, Dialect::Kustomize) != ScalarKind::Str && !is_quoted(entry, sources)
}

/// Whether a key is written in quotes or with a tag.
pub(crate) fn is_quoted(entry: &Entry, sources: &Sources) -> bool {
    matches!(first_char(entry.key_span, sources), Some(b'"' | b'\'' | b'!'))
}

fn first_char(span: Span, sources: &Sources) -> Option<u8> {
    sources.file(span.file).text.as_bytes().get(span.start as usize).copied()
}

/// Makes of values what printing makes of them: kustomize's way out leads through text twice.
pub(crate) fn settle(node: &mut Node, sources: &Sources) -> Result<()> {
    if let Some(settled) = settled(node, sources)? {
        *node = settled;
    }
    Ok(())
}

fn settled(node: &Node, sources: &Sources) -> Result<Option<Node>> {
    node.with_children(&mut |child| match &child.value {
        Value::Scalar(s) => {
            let in_flow = || matches!(first_char(node.span(), sources), Some(b'{' | b'['));
            let settled = settled_scalar(s, in_flow).or_at(child.span())?;
            Ok(settled.map(|s| Node::scalar(s, child.origin.clone())))
        }
        _ => settled(child, sources),
    })
}

/// A null that is written as nothing; inside `{}` or `[]` it ends as an empty string.
fn is_empty_null(scalar: &Scalar) -> bool {
    scalar.kind == ScalarKind::Null && scalar.text.is_empty()
}

fn is_block(scalar: &Scalar) -> bool {
    matches!(scalar.style, Style::Folded | Style::Literal)
}

fn settled_scalar(scalar: &Scalar, in_flow: impl Fn() -> bool) -> Result<Option<Scalar>> {
    if is_empty_null(scalar) {
        return Ok(in_flow().then(|| Scalar::string("")));
    }
    let mut again = None;
    if is_block(scalar) && !in_flow() {
        if scalar.text.starts_with('\t') && crate::folded::stays_block(&scalar.text) {
            let message = "found a tab character where an indentation space is expected";
            return Err(Error::new(message, None));
        }
        if scalar.style == Style::Folded {
            again = crate::folded::round_trip(&scalar.text);
        }
    }
    let text = again.as_deref().unwrap_or(&scalar.text);
    if text.contains(NEXT_LINE) {
        again = Some(folded_next_lines(text));
    }
    Ok(again.map(|text| Scalar { text: text.into(), ..scalar.clone() }))
}

const NEXT_LINE: char = '\u{85}';

/// A next-line character is a line break to YAML 1.1, and folds to a space in quotes.
pub(crate) fn folded_next_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(NEXT_LINE) {
        out.push_str(rest[..at].trim_end_matches(' '));
        let after = rest[at..].trim_start_matches([' ', NEXT_LINE]);
        let run = &rest[at..rest.len() - after.len()];
        match run.matches(NEXT_LINE).count() {
            1 => out.push(' '),
            breaks => out.push_str(&"\n".repeat(breaks - 1)),
        }
        rest = after;
    }
    out + rest
}
