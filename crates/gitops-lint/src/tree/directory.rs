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
    seen: RwLock<HashMap<SmolStr, Seen>>,
    lists: RwLock<HashMap<SmolStr, Listed>>,
    ids: RwLock<HashMap<SmolStr, ContentId>>,
    /// Bytes read for their hash and not yet asked for.
    unread: Mutex<HashMap<SmolStr, Arc<[u8]>>>,
}

/// The names in a folder.
type Listed = Vec<(SmolStr, EntryKind)>;

/// What stands at a path.
#[derive(Clone, Default)]
struct Seen {
    /// Behind symbolic links that stay in the tree.
    kind: Option<EntryKind>,
    /// Where a symbolic link leads.
    link: Option<SmolStr>,
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
        let (seen, lists, ids, unread) = Default::default();
        Ok(Self { top, seen, lists, ids, unread })
    }

    /// The folder, absolute and without symbolic links.
    #[must_use]
    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    fn seen(&self, path: &str) -> Seen {
        let known = self.seen.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        known.unwrap_or_else(|| {
            let seen = self.look(path);
            let mut all = self.seen.write().unwrap_or_else(PoisonError::into_inner);
            all.insert(path.into(), seen.clone());
            seen
        })
    }

    fn look(&self, path: &str) -> Seen {
        let on_disk = self.top.join(path);
        let Ok(meta) = std::fs::symlink_metadata(&on_disk) else { return Seen::default() };
        if !meta.is_symlink() {
            return Seen { kind: kind_of(&meta), link: None };
        }
        // A link out of the tree is not followed.
        let target = on_disk.canonicalize().ok().filter(|t| t.starts_with(&self.top));
        let kind = target.and_then(|t| kind_of(&std::fs::metadata(t).ok()?));
        let link = std::fs::read_link(&on_disk).ok();
        let link = link.and_then(|l| super::join(super::parent(path), l.to_str()?));
        Seen { kind, link: link.map(SmolStr::new) }
    }

    /// The names in a folder as they stand on disk.
    fn entries(&self, path: &str) -> Listed {
        #[expect(clippy::disallowed_methods, reason = "this crate does the IO")]
        let Ok(entries) = std::fs::read_dir(self.top.join(path)) else { return Vec::new() };
        let mut names: Listed = Vec::new();
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name();
            let (Some(name), Ok(kind)) = (name.to_str(), entry.file_type()) else { continue };
            let below = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            let kind = match (kind.is_dir(), kind.is_file()) {
                (true, _) => self.keep(&below, EntryKind::Directory),
                (_, true) => self.keep(&below, EntryKind::File),
                _ => self.kind(&below),
            };
            names.extend(kind.filter(|_| name != ".git").map(|kind| (name.into(), kind)));
        }
        names.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        names.shrink_to_fit();
        names
    }

    /// Keeps what a path is, which is no symbolic link.
    fn keep(&self, path: &str, kind: EntryKind) -> Option<EntryKind> {
        let seen = Seen { kind: Some(kind), link: None };
        let mut all = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(path.into()).or_insert(seen).kind
    }

    /// Whether a path climbs nowhere, and meets no symbolic link.
    fn is_plain(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        let mut seen = ends.map(|end| self.seen(&path[..end]));
        !path.split('/').any(|name| name == "..")
            && seen.all(|s| s.kind.is_some() && s.link.is_none())
    }

    fn bytes(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        match self.kind(path) {
            None => return Err(TreeError::Missing(path.to_owned())),
            Some(EntryKind::Directory) => return Err(TreeError::IsDirectory(path.to_owned())),
            Some(EntryKind::File) => {}
        }
        let unreadable =
            |e: std::io::Error| TreeError::Unreadable { path: path.to_owned(), why: e.to_string() };
        let mut real = self.top.join(path);
        if !self.is_plain(path) {
            real = real.canonicalize().map_err(unreadable)?;
        }
        if !real.starts_with(&self.top) {
            return Err(TreeError::Outside(path.to_owned()));
        }
        #[expect(clippy::disallowed_methods, reason = "this crate does the IO")]
        std::fs::read(real).map(Arc::from).map_err(unreadable)
    }
}

impl Tree for DirectoryTree {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.seen(path).kind
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
        let known = self.lists.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        known.unwrap_or_else(|| {
            let names = self.entries(path);
            let mut all = self.lists.write().unwrap_or_else(PoisonError::into_inner);
            all.entry(path.into()).or_insert(names).clone()
        })
    }

    fn link_target(&self, path: &str) -> Option<SmolStr> {
        self.seen(path).link
    }
}

fn kind_of(meta: &std::fs::Metadata) -> Option<EntryKind> {
    match (meta.is_dir(), meta.is_file()) {
        (true, _) => Some(EntryKind::Directory),
        (_, true) => Some(EntryKind::File),
        _ => None,
    }
}
