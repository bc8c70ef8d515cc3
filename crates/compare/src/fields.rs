//! Which fields of an object changed.

use gitops_model::{FieldChange, FieldPath, Resource, Segment};
use gitops_yaml::{Node, Value};

use crate::{blame, lists, meaning};

/// The fields that differ, in the order of the new object, what is gone after the rest of its map or
/// list. A map or list that is there on one side only is one field.
#[must_use]
pub fn fields(old: &Resource, new: &Resource) -> Vec<FieldChange> {
    let mut walk = Walk { new, path: FieldPath::default(), found: Vec::new() };
    walk.visit(Some(&old.body), Some(&new.body));
    walk.found
}

struct Walk<'a> {
    new: &'a Resource,
    path: FieldPath,
    found: Vec<FieldChange>,
}

impl Walk<'_> {
    fn visit(&mut self, old: Option<&Node>, new: Option<&Node>) {
        if let (Some(old), Some(new)) = (old, new) {
            if old.same(new) {
                return;
            }
            match (&old.value, &new.value) {
                (Value::Map(_), Value::Map(_)) => return self.maps(old, new),
                (Value::Seq(_), Value::Seq(_)) => return self.lists(old, new),
                _ => {}
            }
        }
        self.record(old, new);
    }

    fn maps(&mut self, old: &Node, new: &Node) {
        for entry in new.entries() {
            self.at(Segment::Key(entry.key.clone()), old.get(&entry.key), Some(&entry.value));
        }
        for entry in old.entries().iter().filter(|e| new.get(&e.key).is_none()) {
            self.at(Segment::Key(entry.key.clone()), Some(&entry.value), None);
        }
    }

    fn lists(&mut self, old: &Node, new: &Node) {
        let pairs = lists::pair(old.items(), new.items(), None);
        if pairs.reordered {
            self.record(Some(old), Some(new));
        }
        for pair in pairs.items {
            self.at(pair.step, pair.old, pair.new);
        }
    }

    fn at(&mut self, step: Segment, old: Option<&Node>, new: Option<&Node>) {
        self.path.0.push(step);
        self.visit(old, new);
        self.path.0.pop();
    }

    fn record(&mut self, old: Option<&Node>, new: Option<&Node>) {
        let path = &self.path;
        let gone = || blame::taken_by(self.new, path).or(old.map(Node::span));
        let Some(written) = new.map(Node::span).or_else(gone) else { return };
        self.found.push(FieldChange {
            path: path.clone(),
            before: old.cloned(),
            after: new.cloned(),
            written,
            same_meaning: meaning::same(old, new),
        });
    }
}
