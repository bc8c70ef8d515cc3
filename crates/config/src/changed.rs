//! A change of the configuration itself.

use gitops_model::{Problem, ProblemKind, Tree};
use gitops_yaml::{Node, Sources, Span};

/// The file's place in a repository.
pub const FILE: &str = ".gitops-lint.yaml";

/// A change of the file itself: it is judged by the file as it was before. A file that is new loosens
/// nothing.
#[must_use]
pub fn change(base: &dyn Tree, head: &dyn Tree, sources: &Sources) -> Option<Problem> {
    let old = base.content_id(FILE).ok()?;
    let new = head.content_id(FILE).ok();
    if new.as_ref() == Some(&old) {
        return None;
    }
    let load = |side: &dyn Tree, id| sources.load(FILE, id, &side.read(FILE).unwrap_or_default());
    let before = load(base, old);
    let after = new.map_or_else(|| before.clone(), |id| load(head, id));
    let tops = before.documents.first().zip(after.documents.first());
    let place = tops
        .and_then(|(old, new)| difference(old, new))
        .or_else(|| top(after.documents.first()?));
    let message = format!("`{FILE}` changes; the change is judged by the file as it was before");
    Some(
        Problem::new(ProblemKind::Configuration, message, place)
            .help("see that it loosens no wave, limit or rule that this change needs"),
    )
}

/// The first key of a map.
fn top(node: &Node) -> Option<Span> {
    node.entries().first().map(|entry| entry.key_span)
}

/// The first thing of the newer value that the older has otherwise. Where something is only gone, what it
/// was part of.
fn difference(old: &Node, new: &Node) -> Option<Span> {
    if old.same(new) {
        return None;
    }
    if new.as_map().is_some() && old.as_map().is_some() {
        let differs = new.entries().iter().find_map(|entry| match old.get(&entry.key) {
            Some(before) if before.same(&entry.value) => None,
            Some(before) => difference(before, &entry.value),
            None => Some(entry.key_span),
        });
        return differs.or_else(|| top(new)).or(Some(new.span()));
    }
    let pairs = new.items().iter().zip(old.items());
    let differs = pairs.filter_map(|(new, old)| difference(old, new)).next();
    let added = || new.items().get(old.items().len()).map(Node::span);
    differs.or_else(added).or(Some(new.span()))
}
