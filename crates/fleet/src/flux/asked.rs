//! What a walk asks: files, what its sources give, and which addresses mean this repository.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gitops_model::{EntryKind, SourceRef, Tracks, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

use crate::source::Addresses;

/// What a walk asked, and what it was told.
#[derive(Default)]
pub(crate) struct Asked {
    pub(super) sources: Mutex<Vec<(Question, Arc<Traced>)>>,
    pub(super) here: Mutex<BTreeMap<SmolStr, bool>>,
    /// Whether it asked what cannot be asked again.
    pub(super) once: Mutex<bool>,
}

/// What is asked of a source.
#[derive(PartialEq, Eq)]
pub(crate) struct Question {
    pub source: SourceRef,
    pub url: Option<SmolStr>,
    pub tracks: Tracks,
    pub base: SmolStr,
    pub ignore: Option<SmolStr>,
}

impl Asked {
    /// Whether an address means this repository.
    pub(crate) fn is_here(&self, here: &Addresses, url: &str) -> bool {
        let is = here.contains(url);
        lock(&self.here).insert(url.into(), is);
        is
    }

    /// The artifact of a source, watched.
    pub(crate) fn watched(&self, question: Question, artifact: &Arc<dyn Tree>) -> Arc<dyn Tree> {
        let mut sources = lock(&self.sources);
        if let Some((_, traced)) = sources.iter().find(|(asked, _)| *asked == question) {
            return traced.clone();
        }
        let traced = Traced::new(artifact.clone());
        sources.push((question, traced.clone()));
        traced
    }

    /// Notes that the walk holds for one state alone.
    pub(crate) fn is_made_once(&self) {
        *lock(&self.once) = true;
    }
}

/// A tree and what was seen of it.
pub(super) struct Traced {
    pub(super) tree: Arc<dyn Tree>,
    seen: Mutex<Seen>,
    /// Other trees that were found to show the same.
    same: Mutex<Vec<Arc<dyn Tree>>>,
}

#[derive(Default)]
struct Seen {
    kinds: HashMap<SmolStr, Option<EntryKind>>,
    contents: HashMap<SmolStr, Option<ContentId>>,
    lists: HashMap<SmolStr, Vec<(SmolStr, EntryKind)>>,
    digests: HashMap<SmolStr, Option<ContentId>>,
}

impl Seen {
    /// Whether the digest of a path, or of a folder around it, says all that can be asked of it.
    fn covers(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        let digest = |end| self.digests.get(&path[..end]);
        !self.digests.is_empty() && ends.map(digest).any(|known| known.is_some_and(Option::is_some))
    }
}

impl Traced {
    fn new(tree: Arc<dyn Tree>) -> Arc<Self> {
        Arc::new(Self { tree, seen: Mutex::default(), same: Mutex::default() })
    }

    /// Notes an answer, unless what is noted implies it.
    fn note(&self, path: &str, note: impl FnOnce(&mut Seen)) {
        let mut seen = lock(&self.seen);
        if !seen.covers(path) {
            note(&mut seen);
        }
    }

    /// Whether another tree shows the same. The order of looking does not matter.
    pub(super) fn holds_in(&self, tree: &Arc<dyn Tree>) -> bool {
        let mut same = lock(&self.same);
        if Arc::ptr_eq(&self.tree, tree) || same.iter().any(|t| Arc::ptr_eq(t, tree)) {
            return true;
        }
        let seen = lock(&self.seen);
        let holds = seen.kinds.iter().all(|(path, kind)| tree.kind(path) == *kind)
            && seen.contents.iter().all(|(path, id)| tree.content_id(path).ok() == *id)
            && seen.lists.iter().all(|(path, list)| tree.list(path) == *list)
            && seen.digests.iter().all(|(path, id)| tree.digest(path) == *id);
        same.extend(holds.then(|| tree.clone()));
        holds
    }
}

impl Tree for Traced {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        let kind = self.tree.kind(path);
        self.note(path, |seen| {
            seen.kinds.insert(path.into(), kind);
        });
        kind
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        let id = self.tree.content_id(path);
        let content = id.as_ref().ok().copied();
        self.note(path, |seen| {
            seen.contents.insert(path.into(), content);
        });
        id
    }

    fn digest(&self, path: &str) -> Option<ContentId> {
        let id = self.tree.digest(path);
        lock(&self.seen).digests.insert(path.into(), id);
        id
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        self.content_id(path)?;
        self.tree.read(path)
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        let list = self.tree.list(path);
        self.note(path, |seen| {
            seen.lists.insert(path.into(), list.clone());
        });
        list
    }

    // An artifact shows every file where it is written, and has no links.
    fn written_at(&self, path: &str) -> SmolStr {
        self.tree.written_at(path)
    }
}

// A panic cannot leave these half-written, so a poisoned lock is still good.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
