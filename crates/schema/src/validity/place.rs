//! Where a walk over an object stands; written out only where something is wrong.

use gitops_model::{FieldPath, Segment};
use gitops_yaml::{Node, Origin, SmolStr};

use super::violation::{Fault, Violation};

/// A step into an object, and the steps before it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    parent: Option<&'a Self>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Top(&'a FieldPath),
    Key(&'a str),
    Item(usize, &'a Node, &'a [SmolStr]),
}

impl<'a> Place<'a> {
    /// Where the walk begins.
    pub(crate) fn at(path: &'a FieldPath) -> Self {
        Self { parent: None, step: Step::Top(path) }
    }

    /// A key below this place.
    pub(crate) fn key(&'a self, key: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Key(key) }
    }

    /// An item below this place, known by its keys if it has them.
    pub(crate) fn item(&'a self, index: usize, item: &'a Node, keys: &'a [SmolStr]) -> Self {
        Self { parent: Some(self), step: Step::Item(index, item, keys) }
    }

    /// Something wrong with the value that stands here.
    pub(crate) fn violation(&self, value: &Node, fault: Fault) -> Violation {
        self.written_by(value, fault, value.origin.clone())
    }

    /// Something wrong here, and who wrote it.
    pub(crate) fn written_by(&self, value: &Node, fault: Fault, origin: Origin) -> Violation {
        Violation { path: self.path(), fault, value: value.clone(), origin }
    }

    fn path(&self) -> FieldPath {
        let above = self.parent.map(Self::path).unwrap_or_default();
        match self.step {
            Step::Top(path) => path.clone(),
            Step::Key(key) => above.key(key),
            Step::Item(index, item, keys) => {
                let known = keys.iter().filter_map(|key| {
                    let text = item.get(key).and_then(Node::text)?;
                    Some((key.clone(), SmolStr::from(text)))
                });
                let known: Vec<_> = known.collect();
                if known.is_empty() { above.index(index) } else { above.with(Segment::Item(known)) }
            }
        }
    }
}
