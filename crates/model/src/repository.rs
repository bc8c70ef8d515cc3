//! How other crates reach files and history, without doing IO themselves. The binary implements both.

use std::sync::Arc;

use gitops_yaml::{ContentId, SmolStr};

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
}

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// Nothing stands there.
    #[error("`{0}` does not exist")]
    Missing(String),
    /// It is a directory.
    #[error("`{0}` is a directory")]
    IsDirectory(String),
    /// It cannot be read.
    #[error("`{path}` cannot be read: {why}")]
    Unreadable {
        /// The path.
        path: String,
        /// Why.
        why: String,
    },
    /// It points outside the tree.
    #[error("`{0}` points outside the repository")]
    Outside(String),
}

/// The hash of a file's content, and its bytes where they are at hand.
pub type Identified = (ContentId, Option<Arc<[u8]>>);

/// The files of one revision, a work tree or a folder. Paths are relative to its top, with `/`,
/// normalised: no `.`, no `..`, no trailing `/`; the top itself is the empty path.
pub trait Tree: Send + Sync {
    /// What stands at a path, symbolic links followed.
    fn kind(&self, path: &str) -> Option<EntryKind>;

    /// The hash of a file's content: a blob id, or the hash of its bytes.
    ///
    /// # Errors
    /// When no file stands there, or it cannot be read.
    fn content_id(&self, path: &str) -> Result<ContentId, TreeError>;

    /// The hash of a file's content, and its bytes where they had to be read to know it. Who does not take them
    /// now may read them again.
    ///
    /// # Errors
    /// When no file stands there, or it cannot be read.
    fn identify(&self, path: &str) -> Result<Identified, TreeError> {
        Ok((self.content_id(path)?, None))
    }

    /// A file's bytes.
    ///
    /// # Errors
    /// When no file stands there, or it cannot be read.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError>;

    /// Tells of files that will be read soon, for trees that are slow to give one at a time.
    fn read_ahead(&self, paths: &[SmolStr]) {
        let _ = paths;
    }

    /// The names in a directory with their kinds, in byte order; empty where none stands.
    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)>;

    /// The hash of all that stands at and below a path: names, and contents. `None` where nothing stands, where
    /// a symbolic link leads on, and for trees that do not tell.
    fn digest(&self, path: &str) -> Option<ContentId> {
        let _ = path;
        None
    }

    /// The path in the repository of what stands at a path, for trees that show it elsewhere.
    fn written_at(&self, path: &str) -> SmolStr {
        path.into()
    }

    /// The symbolic links that are absolute or lead out of the tree, as far as they are known, in byte order.
    /// Argo CD renders nothing of a repository that has one.
    fn stray_links(&self) -> Vec<SmolStr> {
        Vec::new()
    }

    /// Where a symbolic link leads, if the path is one and stays in the tree.
    fn link_target(&self, path: &str) -> Option<SmolStr> {
        let _ = path;
        None
    }
}

/// A commit, by its full hash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revision(pub SmolStr);

/// The history behind the trees.
pub trait Repository: Send + Sync {
    /// The commit that a name means: a branch (of `origin` before a local one), a tag, a full
    /// reference or a commit.
    ///
    /// # Errors
    /// A sentence that says what is missing and how to fetch it.
    fn resolve(&self, name: &str) -> Result<Revision, String>;

    /// The tags, with the commits they lead to, in byte order.
    fn tags(&self) -> Vec<(SmolStr, Revision)>;

    /// The files of a commit.
    ///
    /// # Errors
    /// A sentence that says what is missing and how to fetch it.
    fn tree(&self, revision: &Revision) -> Result<Arc<dyn Tree>, String>;

    /// Whether one commit is an ancestor of, or is, another.
    fn is_ancestor(&self, older: &Revision, newer: &Revision) -> bool;

    /// When a commit was made, in seconds since 1970, by its committer.
    fn commit_time(&self, revision: &Revision) -> Option<i64>;

    /// The addresses under which this repository is known, as written.
    fn urls(&self) -> Vec<String>;
}

/// A relative path without `.`, `..` and doubled slashes; `None` if it leads out at the top.
#[must_use]
pub fn clean_path(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
