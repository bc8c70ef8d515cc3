//! A folder on disk, read as it is asked for.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use gitops_model::{EntryKind, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

/// A folder and all below it. What was seen once is taken to stay as it is.
pub(crate) struct DirectoryTree {
    top: PathBuf,
    seen: ByPath<Seen>,
    lists: ByPath<Arc<Names>>,
    contents: ByPath<ContentId>,
    /// What was read to know its id and not asked for yet. Most files are asked for once, and what is made
    /// of them keeps their text: here it would stand a second time.
    unasked: ByPath<Arc<[u8]>>,
}

type ByPath<T> = RwLock<HashMap<SmolStr, T>>;

/// The names in a directory with their kinds.
type Names = Vec<(SmolStr, EntryKind)>;

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
        let (seen, lists, contents, unasked) = Default::default();
        Ok(Self { top, seen, lists, contents, unasked })
    }

    /// The folder, absolute and without symbolic links.
    #[must_use]
    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    fn seen(&self, path: &str) -> Seen {
        known(&self.seen, path).unwrap_or_else(|| {
            // The names of a listed directory are all known; only the top has none above it.
            if !path.is_empty() && known(&self.lists, super::parent(path)).is_some() {
                return Seen::default();
            }
            let seen = self.look(path);
            keep(&self.seen, [(path.into(), seen.clone())]);
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

    /// Whether a path climbs nowhere, and meets no symbolic link.
    fn is_plain(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        let mut seen = ends.map(|end| self.seen(&path[..end]));
        !path.split('/').any(|name| name == "..")
            && seen.all(|s| s.kind.is_some() && s.link.is_none())
    }

    /// Reads a directory; what it says of its entries need not be asked of each.
    fn names(&self, path: &str) -> Option<Names> {
        #[expect(clippy::disallowed_methods, reason = "this crate does the IO")]
        let entries = std::fs::read_dir(self.top.join(path)).ok()?;
        let seen = entries.filter_map(|entry| {
            let entry = entry.ok()?;
            let name = SmolStr::new(entry.file_name().to_str()?);
            let below =
                if path.is_empty() { name.clone() } else { format!("{path}/{name}").into() };
            let seen = match entry.file_type() {
                Ok(kind) if kind.is_dir() => Seen { kind: Some(EntryKind::Directory), link: None },
                Ok(kind) if kind.is_file() => Seen { kind: Some(EntryKind::File), link: None },
                _ => self.look(&below),
            };
            Some((name, below, seen))
        });
        let seen: Vec<_> = seen.collect();
        let kinds = seen.iter().filter_map(|(name, _, seen)| Some((name.clone(), seen.kind?)));
        let mut names: Names = kinds.filter(|(name, _)| name != ".git").collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        keep(&self.seen, seen.into_iter().map(|(_, below, seen)| (below, seen)));
        Some(names)
    }

    /// Reads a file, which must be what it was if it was read before.
    fn file(&self, path: &str) -> Result<(ContentId, Arc<[u8]>), TreeError> {
        let bytes = self.bytes(path)?;
        let id = ContentId::of(&bytes);
        if *write(&self.contents).entry(path.into()).or_insert(id) != id {
            let why = "it changed while it was read; run again".to_owned();
            return Err(TreeError::Unreadable { path: path.to_owned(), why });
        }
        Ok((id, bytes))
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
        known(&self.contents, path).map_or_else(
            || {
                let (id, bytes) = self.file(path)?;
                keep(&self.unasked, [(path.into(), bytes)]);
                Ok(id)
            },
            Ok,
        )
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        let unasked = write(&self.unasked).remove(path);
        unasked.map_or_else(|| self.file(path).map(|(_, bytes)| bytes), Ok)
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        if let Some(names) = known(&self.lists, path) {
            return names.to_vec();
        }
        let Some(names) = self.names(path) else { return Vec::new() };
        keep(&self.lists, [(path.into(), Arc::new(names.clone()))]);
        names
    }

    fn link_target(&self, path: &str) -> Option<SmolStr> {
        self.seen(path).link
    }
}

fn known<T: Clone>(of: &ByPath<T>, path: &str) -> Option<T> {
    of.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
}

fn keep<T>(of: &ByPath<T>, new: impl IntoIterator<Item = (SmolStr, T)>) {
    write(of).extend(new);
}

fn write<T>(of: &ByPath<T>) -> RwLockWriteGuard<'_, HashMap<SmolStr, T>> {
    of.write().unwrap_or_else(PoisonError::into_inner)
}

fn kind_of(meta: &std::fs::Metadata) -> Option<EntryKind> {
    match (meta.is_dir(), meta.is_file()) {
        (true, _) => Some(EntryKind::Directory),
        (_, true) => Some(EntryKind::File),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test writes what it reads")]
    fn a_file_that_changes_while_it_is_read_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.yaml");
        let tree = DirectoryTree::open(folder.path()).unwrap();
        std::fs::write(&file, "a: 1").unwrap();
        let id = tree.content_id("a.yaml").unwrap();
        std::fs::write(&file, "a: 2").unwrap();
        assert_eq!(&*tree.read("a.yaml").unwrap(), b"a: 1");
        assert_eq!(tree.content_id("a.yaml").unwrap(), id);
        let why = tree.read("a.yaml").unwrap_err().to_string();
        assert!(why.contains("changed while it was read"), "{why}");
    }
}
