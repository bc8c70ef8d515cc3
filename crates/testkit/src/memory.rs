//! A repository that exists in memory only.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_model::{EntryKind, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

/// Files by their paths.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree(BTreeMap<String, Arc<[u8]>>);

impl MemoryTree {
    /// Adds a file; false if one stands there.
    pub fn add(&mut self, path: &str, text: &str) -> bool {
        self.0.insert(path.to_owned(), text.as_bytes().into()).is_none()
    }

    /// The paths, in byte order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn below<'a>(&'a self, directory: &'a str) -> impl Iterator<Item = &'a str> {
        let top = directory.is_empty();
        self.paths().filter_map(move |path| {
            if top { Some(path) } else { path.strip_prefix(directory)?.strip_prefix('/') }
        })
    }
}

impl<P: AsRef<str>, T: AsRef<str>> FromIterator<(P, T)> for MemoryTree {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(files: I) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.add(path.as_ref(), text.as_ref());
        }
        tree
    }
}

impl Tree for MemoryTree {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        if self.0.contains_key(path) {
            return Some(EntryKind::File);
        }
        (path.is_empty() || self.below(path).next().is_some()).then_some(EntryKind::Directory)
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        self.read(path).map(|bytes| ContentId::of(&bytes))
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        match (self.0.get(path), self.kind(path)) {
            (Some(bytes), _) => Ok(bytes.clone()),
            (None, Some(_)) => Err(TreeError::IsDirectory(path.to_owned())),
            (None, None) => Err(TreeError::Missing(path.to_owned())),
        }
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        let mut names: Vec<_> = self
            .below(path)
            .map(|rest| match rest.split_once('/') {
                Some((directory, _)) => (SmolStr::new(directory), EntryKind::Directory),
                None => (SmolStr::new(rest), EntryKind::File),
            })
            .collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_what_stands_in_a_directory() {
        let tree: MemoryTree =
            [("a/b/c.yaml", ""), ("a/d.yaml", ""), ("e.yaml", "")].into_iter().collect();
        let names =
            |path| tree.list(path).into_iter().map(|(n, _)| n.to_string()).collect::<Vec<_>>();
        assert_eq!(names(""), ["a", "e.yaml"]);
        assert_eq!(names("a"), ["b", "d.yaml"]);
        assert_eq!(tree.kind("a/b"), Some(EntryKind::Directory));
        assert_eq!(tree.kind("a/b/c.yaml"), Some(EntryKind::File));
        assert_eq!(tree.kind("a/b/c"), None);
        assert_eq!(tree.read("a").unwrap_err(), TreeError::IsDirectory("a".to_owned()));
    }
}
