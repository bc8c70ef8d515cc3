//! Objects from the text of a file or an inline string.

use std::collections::VecDeque;

use gitops_model::Problem;
use gitops_yaml::{Entry, ErrorKind, Node, ParseError, ParsedFile, Sources, Span};

use crate::error::{Error, Result};
use crate::object::{Fault, Object};
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
    let wrong_tags = errors.iter().filter(|e| e.kind == ErrorKind::Tag);
    let mut faults: Vec<Fault> = wrong_tags.cloned().map(Fault::Tag).collect();
    if !twice.is_empty() {
        queue.iter_mut().for_each(|document| join_annotations(document, &mut twice));
        queue.iter_mut().for_each(|document| count_firsts(document, &twice, &mut faults));
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
                let own = faults.iter().filter(|f| contains(node.span(), f.error().span));
                let faults = own.cloned().collect();
                objects.push(Object { faults, ..Object::new(node) });
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
fn count_firsts(node: &mut Node, twice: &[&ParseError], faults: &mut Vec<Fault>) {
    let map = node.span();
    for entry in node.as_map_mut().into_iter().flatten() {
        for error in twice.iter().rev() {
            let Some(first) = error.first.as_deref().filter(|_| error.span == entry.key_span)
            else {
                continue;
            };
            let next = std::mem::replace(entry, first.clone());
            // The other way round: of three, the second waits before the third.
            faults.insert(0, Fault::Twice { error: (*error).clone(), map, next });
        }
        count_firsts(&mut entry.value, twice, faults);
    }
    for item in node.as_seq_mut().into_iter().flatten() {
        count_firsts(item, twice, faults);
    }
}

/// Lets the next entry of a key that stands twice take the place of the first, where a patch took that away.
pub(crate) fn fill_gaps(object: &mut Object) {
    let Object { body, faults, .. } = object;
    faults.retain(|fault| match fault {
        Fault::Twice { map, next, .. } => !fill(body, *map, next),
        Fault::Tag(_) => true,
    });
}

/// Adds an entry to the map at a place that has no such key; whether there is one.
fn fill(node: &mut Node, map: Span, entry: &Entry) -> bool {
    if node.span() == map && node.as_map().is_some() {
        return node.get(&entry.key).is_none() && node.set(entry.clone());
    }
    if let Some(items) = node.as_seq_mut() {
        return items.iter_mut().any(|item| fill(item, map, entry));
    }
    node.as_map_mut().into_iter().flatten().any(|e| fill(&mut e.value, map, entry))
}

/// Refuses an object that still has a fault.
pub(crate) fn check_faults(object: &Object) -> Result<()> {
    let mut found = Ok(());
    if object.faults.is_empty() {
        return found;
    }
    object.body.walk(&mut |node| {
        let mut wrong = object.faults.iter().filter(|fault| match fault {
            // Of other kinds the value itself tells.
            Fault::Tag(error) => node.span() == error.span && node.as_str().is_some(),
            Fault::Twice { error, next, .. } => {
                contains(node.span(), error.span) && node.get(&next.key).is_some()
            }
        });
        if let (Some(fault), Ok(())) = (wrong.next(), &found) {
            found = Err(Error::from(fault.error()));
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

/// The same of an object on its way: what kustomize keeps of it is metadata by itself.
pub(crate) fn check_object(object: &Object) -> Result<()> {
    let body = &object.body;
    if !object.history.is_empty() && text(body.get("kind")).is_empty() {
        return Err(Error::at("missing kind in object", body.span()));
    }
    check_metadata(body)
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
