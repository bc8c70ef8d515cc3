//! A tree that knows the hash of each of its folders.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use gitops_model::{EntryKind, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

use crate::files::join;

/// A tree, with the digests of folders that were asked for.
pub(crate) struct Digested {
    tree: Arc<dyn Tree>,
    known: RwLock<HashMap<SmolStr, Option<ContentId>>>,
}

impl Digested {
    pub(crate) fn new(tree: Arc<dyn Tree>) -> Self {
        Self { tree, known: RwLock::default() }
    }

    /// The digest of what no link leads to. The tree itself knows those of files.
    fn below(&self, path: &str, kind: EntryKind) -> Option<ContentId> {
        if self.tree.link_target(path).is_some() {
            return None;
        }
        if kind == EntryKind::File {
            return self.tree.content_id(path).ok();
        }
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        known.unwrap_or_else(|| {
            let made = self.make(path);
            self.known.write().unwrap_or_else(PoisonError::into_inner).insert(path.into(), made);
            made
        })
    }

    fn make(&self, path: &str) -> Option<ContentId> {
        let entry = |(name, kind): (SmolStr, EntryKind)| {
            Some((self.below(&join(path, &name), kind)?, name, kind))
        };
        let entries: Option<Vec<_>> = self.tree.list(path).into_iter().map(entry).collect();
        Some(ContentId::of_values(&entries?))
    }
}

impl Tree for Digested {
    fn digest(&self, path: &str) -> Option<ContentId> {
        let mut above = path.match_indices('/').map(|(at, _)| &path[..at]);
        let is_linked = above.any(|folder| self.tree.link_target(folder).is_some());
        if is_linked { None } else { self.below(path, self.tree.kind(path)?) }
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.tree.kind(path)
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        self.tree.content_id(path)
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        self.tree.read(path)
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        self.tree.list(path)
    }

    fn written_at(&self, path: &str) -> SmolStr {
        self.tree.written_at(path)
    }

    fn stray_links(&self) -> Vec<SmolStr> {
        self.tree.stray_links()
    }

    fn link_target(&self, path: &str) -> Option<SmolStr> {
        self.tree.link_target(path)
    }
}
