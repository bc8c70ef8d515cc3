//! One field that differs, and which lines made it so.

use gitops_model::{Change, FieldPath, Segment};
use gitops_yaml::{Entry, Node, Origin, SmolStr};

use crate::Draft;

/// A field of an object that was there before and after, and differs.
pub(crate) struct Difference<'a> {
    change: &'a Change,
    /// Where it stands.
    pub(crate) path: FieldPath,
    /// The value before, absent where the field is new.
    pub(crate) before: Option<&'a Node>,
    /// The value after, absent where the field is gone.
    pub(crate) after: Option<&'a Node>,
}

impl<'a> Difference<'a> {
    /// The field below these keys, if it differs.
    pub(crate) fn at(change: &'a Change, keys: &[&str]) -> Option<Self> {
        let (old, new) = (change.old.as_ref()?, change.new.as_ref()?);
        let (before, after) = (old.at(keys), new.at(keys));
        let same = match (before, after) {
            (Some(a), Some(b)) => a.same(b),
            (a, b) => a.or(b).is_none_or(Node::is_null),
        };
        (!same).then(|| Self { change, path: FieldPath::keys(keys), before, after })
    }

    /// The field below it that differs, as far down as there is but one.
    pub(crate) fn narrowed(mut self) -> Self {
        while let (Some(before), Some(after)) = (self.before, self.after) {
            let mut keys = differing(before, after);
            let (Some(key), None) = (keys.next(), keys.next()) else { break };
            self.path.0.push(Segment::Key(key.clone()));
            (self.before, self.after) = (before.get(key), after.get(key));
        }
        self
    }

    /// The texts before and after; empty where there is no scalar.
    pub(crate) fn texts(&self) -> (&'a str, &'a str) {
        let text = |node: Option<&'a Node>| node.and_then(Node::text).unwrap_or_default();
        (text(self.before), text(self.after))
    }

    /// A draft about the field that blames who wrote it.
    pub(crate) fn draft(&self, message: impl Into<String>) -> Draft {
        let draft = Draft::new(message).on(self.change.object()).field(self.path.clone());
        blame(draft, self.change, &self.path)
    }
}

/// The keys of two maps whose values differ, or that only one has.
fn differing<'n>(before: &'n Node, after: &'n Node) -> impl Iterator<Item = &'n SmolStr> {
    let changed = |e: &&Entry| after.get(&e.key).is_none_or(|new| !new.same(&e.value));
    let added = |e: &&Entry| before.get(&e.key).is_none();
    let changed = before.entries().iter().filter(changed);
    changed.chain(after.entries().iter().filter(added)).map(|e| &e.key)
}

/// Blames who wrote what differs at or below a field, or at the value that holds it.
pub(crate) fn blame(draft: Draft, change: &Change, path: &FieldPath) -> Draft {
    let related = change.fields.iter().filter(|f| covers(&f.path, path) || covers(path, &f.path));
    related.fold(draft, |draft, field| match &field.after {
        Some(after) => draft.at(after),
        None => draft.at_origin(&Origin::new(field.written)),
    })
}

/// Whether the second path leads to or below the first. Items of lists are told by position in one and
/// by name in another, so only keys are compared.
fn covers(outer: &FieldPath, inner: &FieldPath) -> bool {
    let mut inner = keys(inner);
    keys(outer).all(|key| inner.next() == Some(key))
}

fn keys(path: &FieldPath) -> impl Iterator<Item = &str> {
    path.0.iter().filter_map(|step| match step {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) | Segment::Item(_) => None,
    })
}
