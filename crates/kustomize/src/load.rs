//! Files and directories as a kustomization names them: relative to its root, within its limits, and noted
//! down, so that a result can be found again.

use std::cell::RefCell;
use std::sync::Arc;

use gitops_model::{EntryKind, Tree};
use gitops_yaml::{ContentId, ParsedFile, SmolStr, Sources};

use crate::error::{Error, Result};
use crate::options::{LoadRestrictor, Options};
use crate::trace::{Seen, Trace};

/// How deep roots may name each other; kustomize has no limit but its memory.
const MAX_DEPTH: usize = 100;

/// Reads for one kustomization root.
pub(crate) struct Loader<'a> {
    pub(crate) tree: &'a dyn Tree,
    pub(crate) sources: &'a Sources,
    pub(crate) options: &'a Options,
    /// The directory, symbolic links resolved.
    pub(crate) root: String,
    /// The roots that led here, this one last.
    pub(crate) chain: Vec<String>,
    pub(crate) trace: &'a RefCell<Trace>,
}

/// A file, by the path and the id under which its bytes are known.
pub(crate) struct Content {
    pub(crate) path: String,
    pub(crate) id: ContentId,
}

impl<'a> Loader<'a> {
    pub(crate) fn new(
        tree: &'a dyn Tree,
        sources: &'a Sources,
        options: &'a Options,
        root: &str,
        trace: &'a RefCell<Trace>,
    ) -> Result<Self> {
        let mut loader =
            Self { tree, sources, options, root: String::new(), chain: Vec::new(), trace };
        loader.root = loader.directory(root)?;
        loader.chain.push(loader.root.clone());
        Ok(loader)
    }

    /// The same loader, its notes in another place.
    pub(crate) fn traced<'b>(&self, trace: &'b RefCell<Trace>) -> Loader<'b>
    where
        'a: 'b,
    {
        Loader { trace, root: self.root.clone(), chain: self.chain.clone(), ..*self }
    }

    /// A loader for another root that this one names.
    pub(crate) fn enter(&self, path: &str) -> Result<Self> {
        if path.is_empty() {
            return Err(Error::new("new root cannot be empty", None));
        }
        if path.starts_with('/') {
            return Err(Error::new(format!("new root '{path}' cannot be absolute"), None));
        }
        if is_ambiguous(path) && self.options.release >= crate::options::Release::V5_8_2 {
            let resolved = gitops_model::clean_path(path).unwrap_or_default();
            let message = format!(
                "path {path:?} is ambiguous: resolves to {resolved:?} after \
                normalization, which is likely not the intended target; check for YAML indentation errors \
                in your kustomization file"
            );
            return Err(Error::new(message, None));
        }
        let root = self.directory(&self.joined(path)?)?;
        self.enter_root(root)
    }

    /// A loader for a root by its path in the tree.
    pub(crate) fn enter_root(&self, root: String) -> Result<Self> {
        if let Some(visited) = self.chain.iter().rev().find(|v| is_within(v, &root)) {
            let message = format!(
                "cycle detected: candidate root '/{root}' contains visited root '/{visited}'"
            );
            return Err(Error::new(message, None));
        }
        if self.chain.len() >= MAX_DEPTH {
            let message = format!("bases are nested more than {MAX_DEPTH} levels deep");
            return Err(Error::new(message, None));
        }
        let mut chain = self.chain.clone();
        chain.push(root.clone());
        Ok(Self { root, chain, ..*self })
    }

    /// The path of a directory with symbolic links resolved.
    pub(crate) fn directory(&self, path: &str) -> Result<String> {
        let resolved = self.resolve(path);
        match self.kind(&resolved) {
            Some(EntryKind::Directory) => Ok(resolved),
            Some(EntryKind::File) => Err(Error::new(
                format!("must build at directory: '/{path}': file is not directory"),
                None,
            )),
            None => Err(Error::new(
                format!(
                    "must build at directory: not a valid directory: evalsymlink failure on \
                    '/{path}' : lstat /{path}: no such file or directory"
                ),
                None,
            )),
        }
    }

    /// What stands at a path of the tree.
    pub(crate) fn kind(&self, path: &str) -> Option<EntryKind> {
        let kind = self.tree.kind(path);
        if kind != Some(EntryKind::File) {
            let seen = if kind.is_some() { Seen::Directory } else { Seen::Absent };
            self.note(path, seen);
        }
        kind
    }

    /// A path that this root names, from the top of the tree.
    pub(crate) fn joined(&self, path: &str) -> Result<String> {
        let joined = if self.root.is_empty() || path.starts_with('/') {
            path.trim_start_matches('/').to_owned()
        } else {
            format!("{}/{path}", self.root)
        };
        gitops_model::clean_path(&joined).ok_or_else(|| {
            let message = format!("evalsymlink failure on '{path}' : it is outside the repository");
            Error::new(message, None)
        })
    }

    /// Finds a file that the kustomization names.
    pub(crate) fn load(&self, name: &str) -> Result<Content> {
        if crate::remote::is_url(name) {
            return Err(crate::remote::unreachable(name));
        }
        let path = self.joined(name)?;
        let resolved = self.resolve(&path);
        match self.kind(&resolved) {
            Some(EntryKind::File) => {}
            Some(EntryKind::Directory) => {
                return Err(Error::new(format!("'/{path}' must resolve to a file"), None));
            }
            None => {
                let message = format!(
                    "evalsymlink failure on '/{path}' : lstat /{path}: no such file or directory"
                );
                return Err(Error::new(message, None));
            }
        }
        let parent = resolved.rsplit_once('/').map_or("", |(parent, _)| parent);
        if self.options.load_restrictor == LoadRestrictor::RootOnly
            && !is_within(parent, &self.root)
        {
            let message = format!("security; file '/{path}' is not in or below '/{}'", self.root);
            return Err(Error::new(message, None));
        }
        self.find(&resolved)
    }

    /// Finds a file by its path in the tree.
    pub(crate) fn find(&self, path: &str) -> Result<Content> {
        let id = self.tree.content_id(path).map_err(unreadable)?;
        self.note(path, Seen::Content(id));
        Ok(Content { path: path.to_owned(), id })
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&self, content: &Content) -> Result<Arc<[u8]>> {
        self.tree.read(&content.path).map_err(unreadable)
    }

    /// The parse of a file, which is read if nobody has parsed it yet.
    pub(crate) fn parse(&self, content: &Content) -> Result<Arc<ParsedFile>> {
        let at = self.tree.written_at(&content.path);
        if let Some(parsed) = self.sources.loaded(&at, content.id) {
            return Ok(parsed);
        }
        Ok(self.sources.load(&at, content.id, &self.bytes(content)?))
    }

    fn note(&self, path: &str, seen: Seen) {
        self.trace.borrow_mut().note(path, seen);
    }

    fn resolve(&self, path: &str) -> String {
        let mut path = path.to_owned();
        // A link may lead to a path with further links; a circle ends at the limit.
        for _ in 0..40 {
            let Some((at, target)) = self.first_link(&path) else { break };
            let rest = path[at..].trim_start_matches('/');
            self.note(&path[..at], Seen::Link(target.clone()));
            path = if rest.is_empty() { target.to_string() } else { format!("{target}/{rest}") };
        }
        path
    }

    /// The first symbolic link on a path; the directories of this root are none.
    fn first_link(&self, path: &str) -> Option<(usize, SmolStr)> {
        let plain = shared_directories(path, &self.root);
        let ends = path.match_indices('/').map(|(i, _)| i).chain(std::iter::once(path.len()));
        ends.filter(|end| *end > plain)
            .find_map(|end| Some((end, self.tree.link_target(&path[..end])?)))
    }
}

fn unreadable(error: gitops_model::TreeError) -> Error {
    Error::new(error.to_string(), None)
}

/// The length of the directories at the start of a path that `root` shares.
fn shared_directories(path: &str, root: &str) -> usize {
    let same = path.bytes().zip(root.bytes()).take_while(|(a, b)| a == b).count();
    let ends = |text: &str| matches!(text.as_bytes().get(same), None | Some(b'/'));
    if ends(path) && ends(root) { same } else { path[..same].rfind('/').unwrap_or(0) }
}

/// Whether `path` is `root` or below it.
pub(crate) fn is_within(path: &str, root: &str) -> bool {
    root.is_empty()
        || path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a segment holds `..` beside other text.
fn is_ambiguous(path: &str) -> bool {
    path.split('/').any(|part| part != ".." && part.contains(".."))
}
