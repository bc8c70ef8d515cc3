//! Walks that are used again. A walk looks at files, at what its sources give and at which addresses mean
//! this repository; where all of that is the same, so is the walk: for the other state of the repository,
//! and once it is known what the cluster is called.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gitops_config::FluxVersion;
use gitops_model::{EntryKind, Resource, SourceRef, Tracks, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

use super::cluster::Walk;
use super::definition::Definition;
use super::entry::Entry;
use super::sources::{Files, Resolver};
use super::variables::Variable;
use crate::SourceTree;

/// What a walk depends on beside what it asks.
#[derive(PartialEq, Eq)]
struct Start {
    root: Definition,
    seeds: Arc<[Arc<Resource>]>,
    base: SmolStr,
    version: Option<FluxVersion>,
    configured: Vec<(SmolStr, Variable)>,
}

/// All walks of one run, by the folder at which they start.
#[derive(Default)]
pub(crate) struct Walks(Mutex<HashMap<SmolStr, Vec<Arc<Kept>>>>);

struct Kept {
    start: Start,
    asked: Asked,
    walk: Walk,
}

impl Walks {
    /// An earlier walk from an entry, if it would come out the same now; else one that `make` makes, which
    /// asks through the [`Asked`] that it is given.
    pub(crate) fn walk(
        &self,
        entry: &Entry,
        configured: &[(SmolStr, Variable)],
        resolver: &Resolver,
        make: impl FnOnce(&Asked) -> Walk,
    ) -> Walk {
        let start = Start {
            root: entry.root.clone(),
            seeds: entry.seeds.clone(),
            base: entry.base.clone(),
            version: entry.version,
            configured: configured.to_vec(),
        };
        let defers = resolver.world.defers(resolver.cluster);
        let known = lock(&self.0).get(&entry.path).cloned().unwrap_or_default();
        let serves = |kept: &&Arc<Kept>| kept.start == start && (defers || !kept.walk.defers());
        let same = known.iter().filter(serves);
        if let Some(walk) = same.filter_map(|kept| kept.again(resolver)).next() {
            return walk;
        }
        let asked = Asked::default();
        let mut walk = make(&asked);
        walk.asks_for_addresses = !lock(&asked.here).is_empty();
        let kept = Kept { start, asked, walk: walk.clone() };
        lock(&self.0).entry(entry.path.clone()).or_default().push(Arc::new(kept));
        walk
    }
}

impl Kept {
    /// The walk, if every question is answered as before. The commits of its sources are those of now.
    fn again(&self, resolver: &Resolver) -> Option<Walk> {
        let here = lock(&self.asked.here);
        if *lock(&self.asked.once)
            || here.iter().any(|(url, is)| resolver.here.contains(url) != *is)
        {
            return None;
        }
        let mut walk = self.walk.clone();
        for (question, answer) in lock(&self.asked.sources).iter() {
            let SourceTree::Here { tree, revision, deployed } = question.ask(resolver) else {
                return None;
            };
            let files = Files::Here { tree, base: question.base.clone() };
            let Files::Here { tree, .. } = resolver.packed(files, &[], question.ignore.as_deref())
            else {
                return None;
            };
            if !answer.holds_in(&tree) {
                return None;
            }
            let Some(followed) = walk.sources.get(&question.source) else { continue };
            let known = (&followed.source.revision, followed.source.deployed);
            if known == (&revision, deployed) && Arc::ptr_eq(&answer.tree, &tree) {
                continue;
            }
            if let Some(followed) = Arc::make_mut(&mut walk.sources).get_mut(&question.source) {
                (followed.source.revision, followed.source.deployed) = (revision, deployed);
                followed.files = Files::Here { tree, base: question.base.clone() };
            }
        }
        Some(walk)
    }
}

/// What a walk asked, and what it was told.
#[derive(Default)]
pub(crate) struct Asked {
    sources: Mutex<Vec<(Question, Arc<Traced>)>>,
    here: Mutex<BTreeMap<SmolStr, bool>>,
    /// Whether it asked what cannot be asked again.
    once: Mutex<bool>,
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

impl Question {
    fn ask(&self, resolver: &Resolver) -> SourceTree {
        let trees = resolver.world.trees;
        trees.tree(resolver.cluster, &self.source, self.url.as_deref(), &self.tracks)
    }
}

impl Asked {
    /// Whether an address means this repository.
    pub(crate) fn is_here(&self, resolver: &Resolver, url: &str) -> bool {
        let is = resolver.here.contains(url);
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
struct Traced {
    tree: Arc<dyn Tree>,
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
    fn holds_in(&self, tree: &Arc<dyn Tree>) -> bool {
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
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
