//! A folder on disk, read as it is asked for.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use gitops_model::{EntryKind, Identified, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

/// A folder and all below it. What was seen once is taken to stay as it is.
pub(crate) struct DirectoryTree {
    top: PathBuf,
    /// What was looked at, by path; none where nothing stands.
    seen: RwLock<HashMap<SmolStr, Option<Arc<Entry>>>>,
}

/// What stands at a path.
#[derive(Default)]
struct Entry {
    /// Behind symbolic links that stay in the tree.
    kind: Option<EntryKind>,
    /// Where a symbolic link leads.
    link: Option<SmolStr>,
    /// Whether it is no symbolic link, and none leads to it.
    is_plain: bool,
    names: OnceLock<Names>,
    content: OnceLock<ContentId>,
    /// What was read to know its id and not asked for yet. Most files are asked for once, and what is made
    /// of them keeps their text: here it would stand a second time.
    unasked: Mutex<Option<Arc<[u8]>>>,
}

/// The names in a directory with their kinds.
type Names = Vec<(SmolStr, EntryKind)>;

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
        Ok(Self { top, seen: RwLock::default() })
    }

    /// The folder, absolute and without symbolic links.
    #[must_use]
    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    fn entry(&self, path: &str) -> Option<Arc<Entry>> {
        {
            let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = seen.get(path) {
                return known.clone();
            }
            // The names of a listed directory are all known; only the top has none above it.
            let above = seen.get(super::parent(path)).filter(|_| !path.is_empty());
            if above.is_some_and(|above| above.as_ref().is_some_and(|a| a.names.get().is_some())) {
                return None;
            }
        }
        let found = self.look(path).map(Arc::new);
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        seen.entry(path.into()).or_insert(found).clone()
    }

    fn look(&self, path: &str) -> Option<Entry> {
        let on_disk = self.top.join(path);
        let meta = std::fs::symlink_metadata(&on_disk).ok()?;
        if !meta.is_symlink() {
            let is_plain = path.is_empty() || self.is_plainly_below(path);
            return Some(Entry { kind: kind_of(&meta), is_plain, ..Entry::default() });
        }
        // A link out of the tree is not followed.
        let target = on_disk.canonicalize().ok().filter(|t| t.starts_with(&self.top));
        let kind = target.and_then(|t| kind_of(&std::fs::metadata(t).ok()?));
        let link = std::fs::read_link(&on_disk).ok();
        let link = link.and_then(|l| super::join(super::parent(path), l.to_str()?));
        Some(Entry { kind, link: link.map(SmolStr::new), ..Entry::default() })
    }

    /// Whether a path climbs nowhere, and meets no symbolic link before its last name.
    fn is_plainly_below(&self, path: &str) -> bool {
        let above = || self.entry(super::parent(path));
        !path.ends_with("..") && above().is_some_and(|above| above.is_plain)
    }

    /// Reads a directory; what it says of its entries need not be asked of each.
    fn names(&self, path: &str, is_plain: bool) -> Option<Names> {
        #[expect(clippy::disallowed_methods, reason = "this crate does the IO")]
        let entries = std::fs::read_dir(self.top.join(path)).ok()?;
        let found = entries.filter_map(|entry| {
            let entry = entry.ok()?;
            let name = SmolStr::new(entry.file_name().to_str()?);
            let below =
                if path.is_empty() { name.clone() } else { format!("{path}/{name}").into() };
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_dir() => Some(EntryKind::Directory),
                Ok(kind) if kind.is_file() => Some(EntryKind::File),
                _ => None,
            };
            let entry = match kind {
                Some(_) => Some(Entry { kind, is_plain, ..Entry::default() }),
                None => self.look(&below),
            };
            Some((name, below, entry.map(Arc::new)))
        });
        let found: Vec<_> = found.collect();
        let mut names: Names = found
            .iter()
            .filter_map(|(name, _, entry)| Some((name.clone(), entry.as_ref()?.kind?)))
            .filter(|(name, _)| name != ".git")
            .collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        for (_, below, entry) in found {
            seen.entry(below).or_insert(entry);
        }
        Some(names)
    }

    /// Reads a file, which must be what it was if it was read before.
    fn file(&self, path: &str, entry: &Entry) -> Result<(ContentId, Arc<[u8]>), TreeError> {
        let bytes = self.bytes(path, entry)?;
        let id = ContentId::of(&bytes);
        if *entry.content.get_or_init(|| id) != id {
            let why = "it changed while it was read; run again".to_owned();
            return Err(TreeError::Unreadable { path: path.to_owned(), why });
        }
        Ok((id, bytes))
    }

    fn bytes(&self, path: &str, entry: &Entry) -> Result<Arc<[u8]>, TreeError> {
        match entry.kind {
            None => return Err(TreeError::Missing(path.to_owned())),
            Some(EntryKind::Directory) => return Err(TreeError::IsDirectory(path.to_owned())),
            Some(EntryKind::File) => {}
        }
        let unreadable =
            |e: std::io::Error| TreeError::Unreadable { path: path.to_owned(), why: e.to_string() };
        let mut real = self.top.join(path);
        if !entry.is_plain {
            real = real.canonicalize().map_err(unreadable)?;
        }
        if !real.starts_with(&self.top) {
            return Err(TreeError::Outside(path.to_owned()));
        }
        #[expect(clippy::disallowed_methods, reason = "this crate does the IO")]
        std::fs::read(real).map(Arc::from).map_err(unreadable)
    }

    /// What stands at a path.
    fn existing(&self, path: &str) -> Result<Arc<Entry>, TreeError> {
        self.entry(path).ok_or_else(|| TreeError::Missing(path.to_owned()))
    }
}

impl Tree for DirectoryTree {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.entry(path)?.kind
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        let entry = self.existing(path)?;
        if let Some(id) = entry.content.get() {
            return Ok(*id);
        }
        let (id, bytes) = self.file(path, &entry)?;
        *entry.unasked.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
        Ok(id)
    }

    fn identify(&self, path: &str) -> Result<Identified, TreeError> {
        let entry = self.existing(path)?;
        match entry.content.get() {
            Some(id) => Ok((*id, None)),
            None => self.file(path, &entry).map(|(id, bytes)| (id, Some(bytes))),
        }
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        let entry = self.existing(path)?;
        let unasked = entry.unasked.lock().unwrap_or_else(PoisonError::into_inner).take();
        unasked.map_or_else(|| self.file(path, &entry).map(|(_, bytes)| bytes), Ok)
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        let Some(entry) = self.entry(path) else { return Vec::new() };
        if let Some(names) = entry.names.get() {
            return names.clone();
        }
        let Some(names) = self.names(path, entry.is_plain) else { return Vec::new() };
        entry.names.get_or_init(|| names).clone()
    }

    fn link_target(&self, path: &str) -> Option<SmolStr> {
        self.entry(path)?.link.clone()
    }
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
