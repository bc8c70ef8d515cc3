//! A tree in memory, read from one text: files behind lines of `=== path`.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_model::{EntryKind, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

/// Files by path.
#[derive(Debug, Default, Clone)]
pub(crate) struct Files(pub(crate) BTreeMap<String, String>);

impl Files {
    /// Reads a case: files behind `=== path`.
    pub(crate) fn parse(text: &str) -> Self {
        let mut files = BTreeMap::new();
        for part in text.split("=== ").skip(1) {
            let (path, content) = part.split_once('\n').unwrap_or((part, ""));
            files.insert(path.trim().to_owned(), content.to_owned());
        }
        Self(files)
    }
}

impl Tree for Files {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        if self.0.contains_key(path) {
            return Some(EntryKind::File);
        }
        let below = |p: &String| path.is_empty() || p.starts_with(&format!("{path}/"));
        self.0.keys().any(below).then_some(EntryKind::Directory)
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        self.read(path).map(|bytes| ContentId::of(&bytes))
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        let found = self.0.get(path).map(|text| text.as_bytes().into());
        found.ok_or_else(|| TreeError::Missing(path.to_owned()))
    }

    fn list(&self, _: &str) -> Vec<(SmolStr, EntryKind)> {
        Vec::new()
    }
}
