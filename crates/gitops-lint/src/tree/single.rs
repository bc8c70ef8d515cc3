//! One file on disk as a tree of its own, for `diff --from a.yaml --to b.yaml`.

use std::path::Path;
use std::sync::Arc;

use gitops_model::{EntryKind, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

/// A tree that holds one file. Both sides of a comparison give it the same name, whatever it is called,
/// so that they are two states of one file.
pub(crate) struct SingleFile {
    name: SmolStr,
    bytes: Arc<[u8]>,
}

impl SingleFile {
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        let name = path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
        #[expect(clippy::disallowed_methods, reason = "this crate does the IO")]
        let bytes = std::fs::read(path)?;
        Ok(Self { name: SmolStr::new(name), bytes: bytes.into() })
    }
}

impl Tree for SingleFile {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        match path {
            "" => Some(EntryKind::Directory),
            _ => (path == self.name).then_some(EntryKind::File),
        }
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        self.read(path).map(|bytes| ContentId::of(&bytes))
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        match self.kind(path) {
            Some(EntryKind::File) => Ok(self.bytes.clone()),
            Some(EntryKind::Directory) => Err(TreeError::IsDirectory(path.to_owned())),
            None => Err(TreeError::Missing(path.to_owned())),
        }
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        if path.is_empty() { vec![(self.name.clone(), EntryKind::File)] } else { Vec::new() }
    }
}
