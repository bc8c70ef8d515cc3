//! Which fields of an object changed.

use gitops_model::{FieldChange, FieldPath, Resource, Segment};
use gitops_schema::{List, Struct, Type};
use gitops_yaml::{Node, Value};

use crate::{blame, lists, meaning};

/// The fields that differ, in the order of the new object, what is gone after the rest of its map or
/// list. A map or list that is there on one side only is one field.
#[must_use]
pub fn fields(old: &Resource, new: &Resource) -> Vec<FieldChange> {
    let mut walk = Walk { new, path: FieldPath::default(), found: Vec::new() };
    walk.maps(gitops_schema::kind(&new.gvk).map(Known::Kind), &old.body, &new.body);
    meaning::mark_defaults(old, new, &mut walk.found);
    meaning::mark_files(new, &mut walk.found);
    walk.found
}

/// The values of a chart that differ, below `path`. `new` is the object that installs it.
pub(crate) fn values(new: &Resource, path: FieldPath, old: &Node, with: &Node) -> Vec<FieldChange> {
    let mut walk = Walk { new, path, found: Vec::new() };
    walk.visit(None, Some(old), Some(with));
    walk.found
}

/// What the schema says of a value.
#[derive(Clone, Copy)]
enum Known<'a> {
    Kind(&'a Struct),
    Type(&'a Type),
}

impl<'a> Known<'a> {
    /// What it says of the value of a key.
    fn key(self, key: &str) -> Option<Self> {
        let ty = match self {
            Known::Kind(known) => &known.fields.get(key)?.ty,
            Known::Type(Type::Struct(known)) => &known.fields.get(key)?.ty,
            Known::Type(Type::Map(map)) => &map.value,
            Known::Type(_) => return None,
        };
        Some(Self::Type(ty))
    }

    fn list(self) -> Option<&'a List> {
        if let Known::Type(Type::List(list)) = self { Some(list) } else { None }
    }

    fn ty(self) -> Option<&'a Type> {
        if let Known::Type(ty) = self { Some(ty) } else { None }
    }
}

struct Walk<'a> {
    new: &'a Resource,
    path: FieldPath,
    found: Vec<FieldChange>,
}

impl Walk<'_> {
    fn visit(&mut self, known: Option<Known<'_>>, old: Option<&Node>, new: Option<&Node>) {
        if let (Some(old), Some(new)) = (old, new) {
            if old.same(new) {
                return;
            }
            match (&old.value, &new.value) {
                (Value::Map(_), Value::Map(_)) => return self.maps(known, old, new),
                (Value::Seq(_), Value::Seq(_)) => return self.lists(known, old, new),
                _ => {}
            }
        }
        self.record(known, old, new);
    }

    fn maps(&mut self, known: Option<Known<'_>>, old: &Node, new: &Node) {
        for entry in new.entries() {
            let known = known.and_then(|k| k.key(&entry.key));
            self.at(
                Segment::Key(entry.key.clone()),
                known,
                old.get(&entry.key),
                Some(&entry.value),
            );
        }
        for entry in old.entries().iter().filter(|e| new.get(&e.key).is_none()) {
            let known = known.and_then(|k| k.key(&entry.key));
            self.at(Segment::Key(entry.key.clone()), known, Some(&entry.value), None);
        }
    }

    fn lists(&mut self, known: Option<Known<'_>>, old: &Node, new: &Node) {
        let list = known.and_then(Known::list);
        let pairs = lists::pair(old.items(), new.items(), list.map(|l| &l.pairing));
        if pairs.reordered {
            self.record(known, Some(old), Some(new));
        }
        for pair in pairs.items {
            self.at(pair.step, list.map(|l| Known::Type(&l.item)), pair.old, pair.new);
        }
    }

    fn at(
        &mut self,
        step: Segment,
        known: Option<Known<'_>>,
        old: Option<&Node>,
        new: Option<&Node>,
    ) {
        self.path.0.push(step);
        self.visit(known, old, new);
        self.path.0.pop();
    }

    fn record(&mut self, known: Option<Known<'_>>, old: Option<&Node>, new: Option<&Node>) {
        let path = &self.path;
        let gone = || blame::taken_by(self.new, path).or(old.map(Node::span));
        let Some(written) = new.map(Node::span).or_else(gone) else { return };
        self.found.push(FieldChange {
            path: path.clone(),
            before: old.cloned(),
            after: new.cloned(),
            written,
            same_meaning: meaning::same(known.and_then(Known::ty), old, new),
        });
    }
}
