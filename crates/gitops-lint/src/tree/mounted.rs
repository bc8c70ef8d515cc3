//! A tree with folders from elsewhere in it: what `--repo-map URL=DIR` asks for.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use gitops_model::{EntryKind, Identified, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

use super::DirectoryTree;
use super::path::join;
use crate::exit::{Stop, io};

/// Addresses of repositories, each with the folder that stands for it.
pub(crate) type RepoMap = BTreeMap<String, String>;

/// A tree and the folders mounted in it, each at its absolute path without the first `/`, so that a
/// finding names a file that a person can open.
pub(crate) struct Mounted {
    tree: Arc<dyn Tree>,
    mounts: Vec<(String, DirectoryTree)>,
}

impl Mounted {
    /// Mounts the folder of every entry; the entries then hold paths of the tree.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub(crate) fn over(
        tree: Arc<dyn Tree>,
        mut repo_map: RepoMap,
    ) -> Result<(Arc<dyn Tree>, RepoMap), Stop> {
        if repo_map.is_empty() {
            return Ok((tree, repo_map));
        }
        let mut mounts = Vec::new();
        for folder in repo_map.values_mut() {
            let path = Path::new(folder.as_str());
            let mounted = DirectoryTree::open(path).map_err(io(path))?;
            let at = join("", &mounted.top().to_string_lossy()).unwrap_or_default();
            folder.clone_from(&at);
            mounts.push((at, mounted));
        }
        Ok((Arc::new(Self { tree, mounts }), repo_map))
    }

    /// The tree that holds a path, and the path in it.
    fn find<'p>(&self, path: &'p str) -> (&dyn Tree, &'p str) {
        let inside = |at: &str| {
            let rest = path.strip_prefix(at)?;
            if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
        };
        let mounted = self.mounts.iter().find_map(|(at, tree)| Some((tree, inside(at)?)));
        mounted.map_or((&*self.tree, path), |(tree, rest)| (tree as &dyn Tree, rest))
    }
}

impl Tree for Mounted {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        let (tree, path) = self.find(path);
        tree.kind(path)
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        let (tree, path) = self.find(path);
        tree.content_id(path)
    }

    fn identify(&self, path: &str) -> Result<Identified, TreeError> {
        let (tree, path) = self.find(path);
        tree.identify(path)
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        let (tree, path) = self.find(path);
        tree.read(path)
    }

    fn read_ahead(&self, paths: &[SmolStr]) {
        self.tree.read_ahead(paths);
    }

    fn stray_links(&self) -> Vec<SmolStr> {
        self.tree.stray_links()
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        let (tree, path) = self.find(path);
        tree.list(path)
    }

    fn link_target(&self, path: &str) -> Option<SmolStr> {
        let (tree, inner) = self.find(path);
        let at = path.strip_suffix(inner).unwrap_or_default();
        tree.link_target(inner).map(|target| format!("{at}{target}").into())
    }
}
