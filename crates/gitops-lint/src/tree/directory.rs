//! A folder on disk, read as it is asked for.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use gitops_model::{EntryKind, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

/// A folder and all below it. What was seen once is taken to stay as it is.
pub(crate) struct DirectoryTree {
    top: PathBuf,
    kinds: RwLock<HashMap<SmolStr, Option<EntryKind>>>,
    ids: RwLock<HashMap<SmolStr, ContentId>>,
    /// Bytes read for their hash and not yet asked for.
    unread: Mutex<HashMap<SmolStr, Arc<[u8]>>>,
}

impl DirectoryTree {
    /// The tree of a folder.
    ///
    /// # Errors
    /// When it is no folder that can be read.
    pub(crate) fn open(folder: &Path) -> std::io::Result<Self> {
        let top = folder.canonicalize()?;
        if !top.is_dir() {
            return Err(std::io::Error::new(ErrorKind::NotADirectory, "not a directory"));
        }
        let (kinds, ids, unread) = Default::default();
        Ok(Self { top, kinds, ids, unread })
    }

    /// The folder, absolute and without symbolic links.
    #[must_use]
    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    fn look(&self, path: &str) -> Option<EntryKind> {
        let on_disk = self.top.join(path);
        let meta = std::fs::symlink_metadata(&on_disk).ok()?;
        let meta = if meta.is_symlink() {
            // A link out of the tree is not followed.
            let target = on_disk.canonicalize().ok()?;
            target.starts_with(&self.top).then_some(())?;
            std::fs::metadata(target).ok()?
        } else {
            meta
        };
        match (meta.is_dir(), meta.is_file()) {
            (true, _) => Some(EntryKind::Directory),
            (_, true) => Some(EntryKind::File),
            _ => None,
        }
    }

    fn bytes(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        match self.kind(path) {
            None => return Err(TreeError::Missing(path.to_owned())),
            Some(EntryKind::Directory) => return Err(TreeError::IsDirectory(path.to_owned())),
            Some(EntryKind::File) => {}
        }
        let unreadable =
            |e: std::io::Error| TreeError::Unreadable { path: path.to_owned(), why: e.to_string() };
        // Directories on the way may be links, too.
        let real = self.top.join(path).canonicalize().map_err(unreadable)?;
        if !real.starts_with(&self.top) {
            return Err(TreeError::Outside(path.to_owned()));
        }
        #[expect(clippy::disallowed_methods, reason = "this crate does the IO")]
        std::fs::read(real).map(Arc::from).map_err(unreadable)
    }
}

impl Tree for DirectoryTree {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        let known = self.kinds.read().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        known.unwrap_or_else(|| {
            let kind = self.look(path);
            let mut kinds = self.kinds.write().unwrap_or_else(PoisonError::into_inner);
            kinds.insert(path.into(), kind);
            kind
        })
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        let known = self.ids.read().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        if let Some(id) = known {
            return Ok(id);
        }
        let bytes = self.bytes(path)?;
        let id = ContentId::of(&bytes);
        self.unread.lock().unwrap_or_else(PoisonError::into_inner).insert(path.into(), bytes);
        self.ids.write().unwrap_or_else(PoisonError::into_inner).insert(path.into(), id);
        Ok(id)
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        let kept = self.unread.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
        kept.map_or_else(|| self.bytes(path), Ok)
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        #[expect(clippy::disallowed_methods, reason = "this crate does the IO")]
        let Ok(entries) = std::fs::read_dir(self.top.join(path)) else { return Vec::new() };
        let mut names: Vec<_> = entries
            .filter_map(|e| {
                let name = SmolStr::new(e.ok()?.file_name().to_str()?);
                let below =
                    if path.is_empty() { name.clone() } else { format!("{path}/{name}").into() };
                Some((name, self.kind(&below)?))
            })
            .filter(|(name, _)| name != ".git")
            .collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        names
    }

    fn link_target(&self, path: &str) -> Option<SmolStr> {
        let target = std::fs::read_link(self.top.join(path)).ok()?;
        super::join(super::parent(path), target.to_str()?).map(SmolStr::new)
    }
}
