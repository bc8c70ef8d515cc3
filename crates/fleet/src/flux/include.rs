//! `spec.include` of a GitRepository: folders of other sources, moved into its own before it is packed
//! (fluxcd/source-controller, `reconcileInclude`; fluxcd/pkg, artifact/storage, `CopyToPath`).

use std::sync::Arc;

use gitops_model::{EntryKind, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

use crate::files::{is_within, join};

/// A folder of another tree, and where it is put.
pub(super) struct Mount {
    pub(super) at: String,
    pub(super) tree: Arc<dyn Tree>,
    pub(super) from: String,
}

/// A tree with folders of others in it.
pub(crate) struct Included {
    pub(super) own: Arc<dyn Tree>,
    pub(super) mounts: Vec<Mount>,
}

impl Included {
    /// A folder of a tree as a tree of its own.
    pub(crate) fn below(tree: Arc<dyn Tree>, folder: &str) -> Self {
        let mount = Mount { at: String::new(), tree: tree.clone(), from: folder.to_owned() };
        Self { own: tree, mounts: vec![mount] }
    }

    /// The tree that a path leads into, and the path there.
    fn find(&self, path: &str) -> (&dyn Tree, String) {
        let mount = self.mounts.iter().rev().find(|m| is_within(path, &m.at));
        let inside = |m: &Mount| {
            let below = path.get(m.at.len()..).unwrap_or_default().trim_start_matches('/');
            let below = if m.from.is_empty() { below.to_owned() } else { join(&m.from, below) };
            below.trim_end_matches('/').to_owned()
        };
        match mount {
            Some(mount) => (mount.tree.as_ref(), inside(mount)),
            None => (self.own.as_ref(), path.to_owned()),
        }
    }
}

impl Tree for Included {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        let (tree, inside) = self.find(path);
        let leads_to_one = || self.mounts.iter().any(|m| is_within(&m.at, path));
        tree.kind(&inside).or_else(|| leads_to_one().then_some(EntryKind::Directory))
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        let (tree, inside) = self.find(path);
        tree.content_id(&inside)
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        let (tree, inside) = self.find(path);
        tree.read(&inside)
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        let (tree, inside) = self.find(path);
        let mut entries = tree.list(&inside);
        for mount in self.mounts.iter().filter(|m| m.at != path && is_within(&m.at, path)) {
            let below = mount.at.get(path.len()..).unwrap_or_default().trim_start_matches('/');
            let name = below.split('/').next().unwrap_or_default();
            if !entries.iter().any(|(known, _)| known == name) {
                entries.push((name.into(), EntryKind::Directory));
            }
        }
        entries.sort();
        entries
    }

    fn digest(&self, path: &str) -> Option<ContentId> {
        let is_whole = self.mounts.iter().all(|m| m.at == path || !is_within(&m.at, path));
        let (tree, inside) = self.find(path);
        is_whole.then(|| tree.digest(&inside)).flatten()
    }

    fn written_at(&self, path: &str) -> SmolStr {
        let (tree, inside) = self.find(path);
        tree.written_at(&inside)
    }
}
