//! What a build has seen of a tree. Where another tree shows the same, the result is the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use gitops_model::{EntryKind, Tree};
use gitops_yaml::{ContentId, SmolStr};

use crate::options::Options;

/// What stood at a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    Absent,
    Directory,
    Content(ContentId),
    Link(SmolStr),
}

/// Everything seen, with the traces of the bases below.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace {
    seen: BTreeMap<SmolStr, Seen>,
    below: Vec<Arc<Self>>,
    /// The roots that were entered.
    pub(crate) roots: BTreeSet<SmolStr>,
    digest: OnceLock<ContentId>,
}

impl Trace {
    pub(crate) fn note(&mut self, path: &str, seen: Seen) {
        // A link and what stands at its end are two facts of one path; the link decides.
        self.seen.entry(path.into()).or_insert(seen);
    }

    pub(crate) fn add(&mut self, below: Arc<Self>) {
        self.roots.extend(below.roots.iter().cloned());
        self.below.push(below);
    }

    /// Whether a tree shows the same.
    pub(crate) fn holds_in(&self, tree: &dyn Tree) -> bool {
        self.seen.iter().all(|(path, seen)| shows(tree, path, seen))
            && self.below.iter().all(|below| below.holds_in(tree))
    }

    /// The hash over everything seen, paths included, and the options. Nothing may be noted after it.
    pub(crate) fn hash(&self, options: &Options) -> ContentId {
        let mut text = format!("{options:?}").into_bytes();
        text.extend(self.digest().0);
        ContentId::of(&text)
    }

    /// The hash over everything seen: that of a base is worked out once for all that name it.
    fn digest(&self) -> ContentId {
        *self.digest.get_or_init(|| {
            let mut text = Vec::new();
            for (path, seen) in &self.seen {
                text.extend_from_slice(path.as_bytes());
                match seen {
                    Seen::Absent => text.extend(b"\0absent"),
                    Seen::Directory => text.extend(b"\0directory"),
                    Seen::Content(id) => {
                        text.extend(b"\0content");
                        text.extend(id.0);
                    }
                    Seen::Link(target) => {
                        text.extend(b"\0link");
                        text.extend(target.as_bytes());
                    }
                }
                text.push(0);
            }
            self.below.iter().for_each(|below| text.extend(below.digest().0));
            ContentId::of(&text)
        })
    }
}

fn shows(tree: &dyn Tree, path: &str, seen: &Seen) -> bool {
    match seen {
        Seen::Absent => tree.kind(path).is_none(),
        Seen::Directory => tree.kind(path) == Some(EntryKind::Directory),
        Seen::Content(id) => tree.content_id(path).is_ok_and(|found| found == *id),
        Seen::Link(target) => tree.link_target(path).is_some_and(|found| found == *target),
    }
}
