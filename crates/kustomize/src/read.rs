//! Objects from the text of a file or an inline string.

use std::collections::VecDeque;

use gitops_model::Problem;
use gitops_yaml::{ErrorKind, Node, ParseError, ParsedFile, Sources, Span, Value};

use crate::error::{Error, Result};
use crate::object::Object;
use crate::written::check_keys;

/// The objects of a file.
pub(crate) fn objects_of(file: &ParsedFile, sources: &Sources) -> Result<Vec<Object>> {
    let span = Span::new(file.id, 0, 0);
    let text =
        Text { documents: &file.documents, errors: &file.errors, text: &file.source.text, span };
    objects(&text, sources, true)
}

/// What stands in a file and is passed over, as kustomize passes over it.
pub(crate) fn unread(file: &ParsedFile) -> impl Iterator<Item = Problem> {
    file.errors.iter().filter(|e| e.kind == ErrorKind::Unread).map(Problem::from)
}

/// What is wrong with the first document of a file where only that one is read, among the errors that `count`.
pub(crate) fn first_error(
    file: &ParsedFile,
    count: impl Fn(ErrorKind) -> bool,
) -> Option<&ParseError> {
    let end = file.documents.first().map_or(u32::MAX, |first| first.span().end);
    file.errors.iter().find(|e| count(e.kind) && e.span.start <= end)
}

/// A text, parsed, and where it stands.
pub(crate) struct Text<'a> {
    pub(crate) documents: &'a [Node],
    pub(crate) errors: &'a [ParseError],
    pub(crate) text: &'a str,
    pub(crate) span: Span,
}

/// The objects of a text. `strict` refuses keys that are no strings.
pub(crate) fn objects(source: &Text, sources: &Sources, strict: bool) -> Result<Vec<Object>> {
    let Text { documents, errors, text, span } = *source;
    let is_fatal = |e: &&ParseError| match e.kind {
        // Twice `<<` leaves nothing that one of them could yield to.
        ErrorKind::DuplicateKey => e.first.is_none(),
        // What replaces the value need not care.
        ErrorKind::Tag => false,
        kind => kind.is_fatal(),
    };
    if let Some(error) = errors.iter().find(is_fatal) {
        return Err(Error::from(error));
    }
    let mut queue: VecDeque<Node> = nonempty(documents).cloned().collect();
    let mut twice: Vec<&ParseError> =
        errors.iter().filter(|e| e.kind == ErrorKind::DuplicateKey).collect();
    if !twice.is_empty() {
        queue.iter_mut().for_each(|document| join_annotations(document, &mut twice));
        queue.iter_mut().for_each(|document| count_firsts(document, &twice));
    }
    check_pieces(text, span)?;
    if let [only] = documents
        && matches!(only.get("kind").and_then(Node::text), Some("List" | "ResourceList"))
        && let Some(items) = only.get("items")
    {
        // A text that is one list is its items, before anything is checked.
        queue = nonempty(items.items()).cloned().collect();
    }
    queue.iter().try_for_each(check_metadata)?;
    if strict {
        queue.iter().try_for_each(|node| check_keys(node, sources))?;
    }
    let mut objects = Vec::new();
    while let Some(node) = queue.pop_front() {
        let kind = node.get("kind").and_then(Node::text).unwrap_or_default();
        match node.get("items").filter(|_| kind.ends_with("List")) {
            None => {
                let twice = twice.iter().filter(|e| contains(node.span(), e.span));
                let twice = twice.map(|e| (*e).clone()).collect();
                objects.push(Object { twice, ..Object::new(node) });
            }
            Some(items) if items.is_null() => {}
            Some(items) => {
                let Some(items) = items.as_seq() else {
                    let message = format!("expected array in {kind}/items");
                    return Err(Error::at(message, items.span()));
                };
                for item in nonempty(items) {
                    check_metadata(item)?;
                    queue.push_back(item.clone());
                }
            }
        }
    }
    Ok(objects)
}

/// Forgives annotations that stand twice: kustomize, which writes them anew, joins them. Of two lists the
/// earlier counts, within a list the later entry.
fn join_annotations(object: &mut Node, errors: &mut Vec<&ParseError>) {
    let Some(metadata) = object.get_mut("metadata") else { return };
    let span = metadata.span();
    let Some(last) = metadata.get_mut("annotations") else { return };
    let mut lists = vec![last.span()];
    let mut all = last.entries().to_vec();
    for error in errors.iter().rev().filter(|e| contains(span, e.span)) {
        let Some(first) = error.first.as_deref().filter(|f| f.key == "annotations") else {
            continue;
        };
        lists.push(first.value.span());
        for entry in first.value.entries() {
            all.retain(|e| e.key != entry.key);
            all.push(entry.clone());
        }
    }
    if lists.len() > 1 {
        *last = Node::map(all, last.origin.clone());
    }
    errors.retain(|e| {
        let whole = e.first.as_ref().is_some_and(|f| lists.contains(&f.value.span()));
        let inside = lists.iter().any(|l| contains(*l, e.span));
        !whole && !inside
    });
}

/// Gives keys that stand twice their first value: it is the one that kustomize finds.
fn count_firsts(node: &mut Node, twice: &[&ParseError]) {
    match &node.value {
        Value::Map(entries) => {
            let mut entries = entries.to_vec();
            for entry in &mut entries {
                for first in twice.iter().rev().filter_map(|e| Some((e.span, e.first.as_deref()?)))
                {
                    if entry.key_span == first.0 {
                        *entry = first.1.clone();
                    }
                }
                count_firsts(&mut entry.value, twice);
            }
            *node = Node::map(entries, node.origin.clone());
        }
        Value::Seq(items) => {
            let mut items = items.to_vec();
            items.iter_mut().for_each(|item| count_firsts(item, twice));
            *node = Node::seq(items, node.origin.clone());
        }
        Value::Scalar(_) => {}
    }
}

/// Refuses an object that still has a map in which a key stands twice.
pub(crate) fn check_twice(object: &Object) -> Result<()> {
    let mut found = Ok(());
    if object.twice.is_empty() {
        return found;
    }
    object.body.walk(&mut |node| {
        let mut wrong = object.twice.iter().filter(|e| {
            let key = e.first.as_ref().map(|f| f.key.as_str()).unwrap_or_default();
            contains(node.span(), e.span) && node.get(key).is_some()
        });
        if let (Some(error), Ok(())) = (wrong.next(), &found) {
            found = Err(Error::from(error));
        }
    });
    found
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

fn nonempty(nodes: &[Node]) -> impl Iterator<Item = &Node> {
    nodes.iter().filter(|n| !is_nothing(n))
}

/// Null, or an empty map or list.
pub(crate) fn is_nothing(node: &Node) -> bool {
    node.is_null()
        || node.as_map().is_some_and(<[_]>::is_empty)
        || node.as_seq().is_some_and(<[_]>::is_empty)
}

/// Every object needs a kind and a name, lists a kind alone.
pub(crate) fn check_metadata(node: &Node) -> Result<()> {
    let fields = ["apiVersion", "kind", "metadata"];
    if !fields.iter().any(|key| node.get(key).is_some_and(|n| !is_nothing(n))) {
        return Err(Error::at("missing Resource metadata", node.span()));
    }
    let kind = text(node.get("kind"));
    if kind.is_empty() {
        return Err(Error::at("missing kind in object", node.span()));
    }
    if !kind.ends_with("List") && text(node.at(&["metadata", "name"])).is_empty() {
        let message = format!("missing metadata.name in object of kind {kind}");
        return Err(Error::at(message, node.span()));
    }
    Ok(())
}

fn text(node: Option<&Node>) -> &str {
    node.filter(|n| !n.is_null()).and_then(Node::text).unwrap_or_default()
}

/// kustomize cuts a text at its separators before it reads it. Nothing but a comment may follow `---` on its
/// line, and no piece may begin with a directive, whose `---` is cut off, or with `...`.
fn check_pieces(text: &str, span: Span) -> Result<()> {
    let is_file = span.start == span.end;
    let (mut offset, mut begins) = (0, true);
    for line in text.split_inclusive('\n') {
        let at = if is_file { Span::new(span.file, offset, offset) } else { span };
        let separator = line.strip_prefix("---").filter(|_| offset > 0 && line.ends_with('\n'));
        offset += line.len() as u32;
        if let Some(rest) = separator.map(str::trim) {
            if !rest.is_empty() && !rest.starts_with('#') {
                let message = format!("invalid document separator: {}", line.trim());
                return Err(Error::at(message, at));
            }
            begins = true;
        } else if begins {
            if line.starts_with('%') || line.trim_end() == "..." {
                let message = format!(
                    "MalformedYAMLError: kustomize cannot read `{}` where a document starts",
                    line.trim_end()
                );
                return Err(Error::at(message, at));
            }
            let content = line.trim_start();
            begins = content.is_empty() || content.starts_with('#');
        }
    }
    Ok(())
}
