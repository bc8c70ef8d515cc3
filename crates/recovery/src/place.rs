//! Where in a text a key or an item goes, in the style of what stands around it.

use gitops_yaml::{Node, ParsedFile, Span};

use crate::edit::Edit;

/// Puts a text in the place of a value.
pub(crate) fn replace(file: &ParsedFile, span: Span, text: impl Into<String>) -> Edit {
    Edit {
        path: file.source.path.clone(),
        start: span.start as usize,
        end: span.end as usize,
        text: text.into(),
    }
}

/// Adds `keys[0]: {keys[1]: … value}` as the first entry of a map; the value is YAML.
pub(crate) fn add_key(file: &ParsedFile, map: &Node, keys: &[&str], value: &str) -> Option<Edit> {
    let Some(first) = map.entries().first() else {
        let flow = format!("{{{}}}", flow(keys, value)?);
        return Some(replace(file, map.span(), flow));
    };
    let at = Span::new(file.id, first.key_span.start, first.key_span.start);
    let text = if is_flow(file, map) {
        format!("{}, ", flow(keys, value)?)
    } else {
        let column = column(file, first.key_span.start);
        let mut text = block(keys, value, column)?;
        text += &format!("\n{}", " ".repeat(column));
        text
    };
    Some(replace(file, at, text))
}

/// `a: {b: value}`
fn flow(keys: &[&str], value: &str) -> Option<String> {
    let (last, outer) = keys.split_last()?;
    let innermost = format!("{last}: {value}");
    Some(outer.iter().rev().fold(innermost, |inner, key| format!("{key}: {{{inner}}}")))
}

/// The same on lines of their own; the first is not indented.
fn block(keys: &[&str], value: &str, column: usize) -> Option<String> {
    let (last, outer) = keys.split_last()?;
    let mut text = String::new();
    for (depth, key) in outer.iter().enumerate() {
        text += &format!("{key}:\n{}", " ".repeat(column + 2 * (depth + 1)));
    }
    Some(text + &format!("{last}: {value}"))
}

/// Adds an item in front of the others of a list; the item is YAML, its first line not indented.
pub(crate) fn add_item(file: &ParsedFile, list: &Node, item: &str) -> Option<Edit> {
    let first = list.items().first()?.span().start;
    if is_flow(file, list) {
        let at = Span::new(file.id, first, first);
        return (!item.contains('\n')).then(|| replace(file, at, format!("{item}, ")));
    }
    let line = line_start(file, first);
    let dash = file.source.text.get(line as usize..first as usize)?.find('-')?;
    let text = format!("{}{}\n", " ".repeat(dash), indented(&format!("- {item}"), dash + 2));
    Some(replace(file, Span::new(file.id, line, line), text))
}

/// Adds an item to a list below a key of a document; the list comes where it is not there.
pub(crate) fn add_to_list(
    file: &ParsedFile,
    document: &Node,
    key: &str,
    item: &str,
) -> Option<Edit> {
    match document.get(key) {
        Some(list) => add_item(file, list, item),
        None => {
            let first = document.entries().first()?.key_span.start;
            let text = format!("{key}:\n{}\n", indented(&format!("- {item}"), 2));
            (column(file, first) == 0)
                .then(|| replace(file, Span::new(file.id, first, first), text))
        }
    }
}

/// All lines but the first with spaces in front.
pub(crate) fn indented(text: &str, spaces: usize) -> String {
    text.trim_end().replace('\n', &format!("\n{}", " ".repeat(spaces)))
}

fn is_flow(file: &ParsedFile, node: &Node) -> bool {
    let first = file.source.text.as_bytes().get(node.span().start as usize);
    matches!(first, Some(b'{' | b'['))
}

fn column(file: &ParsedFile, at: u32) -> usize {
    file.source.line_column(at).1 as usize - 1
}

fn line_start(file: &ParsedFile, at: u32) -> u32 {
    let line = file.source.line_column(at).0 as usize - 1;
    file.source.line_starts().get(line).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use gitops_yaml::{ContentId, Sources};

    use super::*;

    fn edited(text: &str, edit: impl Fn(&ParsedFile, &Node) -> Option<Edit>) -> String {
        let file = Sources::default().load("a", ContentId::of(text.as_bytes()), text.as_bytes());
        match edit(&file, &file.documents[0]) {
            Some(edit) => {
                let mut text = text.to_owned();
                text.replace_range(edit.start..edit.end, &edit.text);
                text
            }
            None => panic!("no edit of {text}"),
        }
    }

    #[test]
    fn keys_come_in_the_style_of_their_map() {
        let add = |file: &ParsedFile, node: &Node| add_key(file, node.get("m")?, &["a", "b"], "1");
        assert_eq!(edited("m:\n  x: y\n", add), "m:\n  a:\n    b: 1\n  x: y\n");
        assert_eq!(edited("m: {x: y}\n", add), "m: {a: {b: 1}, x: y}\n");
        assert_eq!(edited("m: {}\n", add), "m: {a: {b: 1}}\n");
    }

    #[test]
    fn items_come_in_the_style_of_their_list() {
        let add = |file: &ParsedFile, node: &Node| add_to_list(file, node, "l", "new");
        assert_eq!(edited("l:\n  - a\n", add), "l:\n  - new\n  - a\n");
        assert_eq!(edited("l: [a]\n", add), "l: [new, a]\n");
        assert_eq!(edited("# top\nk: v\n", add), "# top\nl:\n- new\nk: v\n");
        let add =
            |file: &ParsedFile, node: &Node| add_to_list(file, node, "l", "a: |\n  b\nc: d\n");
        assert_eq!(edited("l:\n- x: y\n", add), "l:\n- a: |\n    b\n  c: d\n- x: y\n");
    }
}
