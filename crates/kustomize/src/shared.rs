//! Entries that are one to kustomize. Where a label or annotation transformer makes an entry in several maps of an
//! object, it puts the same node in all of them, so that what writes one of these later writes them all: an overlay
//! that changes a label that a base has given changes the selectors as well.

use gitops_yaml::{Entry, Node, SmolStr, Span, Value};

/// The entries that one transformer has made: they have its key, and the place where that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shared {
    pub(crate) key: SmolStr,
    /// Where the transformer has it from.
    pub(crate) span: Span,
}

impl Shared {
    fn holds(&self, entry: &Entry) -> bool {
        entry.key == self.key && entry.key_span == self.span
    }

    /// Calls `visit` on the values of its entries, in the order in which kustomize walks.
    fn values<'n>(&self, node: &'n Node, visit: &mut impl FnMut(&'n Node)) {
        let mut entries: Vec<&Entry> = node.entries().iter().collect();
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        for entry in entries {
            if self.holds(entry) {
                visit(&entry.value);
            }
            self.values(&entry.value, visit);
        }
        node.items().iter().for_each(|item| self.values(item, visit));
    }

    /// The same node with another value in all of its entries, if there are any.
    fn with_value(&self, node: &Node, value: &Node) -> Option<Node> {
        let mut new = None;
        match &node.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => {
                for (at, item) in items.iter().enumerate() {
                    if let Some(item) = self.with_value(item, value) {
                        let items = new.get_or_insert_with(|| node.clone()).as_seq_mut();
                        items.into_iter().for_each(|items| items[at] = item.clone());
                    }
                }
            }
            Value::Map(entries) => {
                for (at, entry) in entries.iter().enumerate() {
                    let own = self.holds(entry).then(|| value.clone());
                    if let Some(value) = own.or_else(|| self.with_value(&entry.value, value)) {
                        let entries = new.get_or_insert_with(|| node.clone()).as_map_mut();
                        entries.into_iter().for_each(|map| map[at].value = value.clone());
                    }
                }
            }
        }
        new
    }
}

/// Gives what a step has written into one of several shared entries to the others. `before` is the object's body
/// before the step.
pub(crate) fn spread(all: &[Shared], before: &Node, body: &mut Node) {
    for shared in all {
        let mut old = None;
        shared.values(before, &mut |value| old = Some(value));
        let mut new = None;
        shared.values(body, &mut |value| {
            if old.is_some_and(|old| old != value) {
                new = Some(value.clone());
            }
        });
        if let Some(spread) = new.and_then(|new| shared.with_value(body, &new)) {
            *body = spread;
        }
    }
}
