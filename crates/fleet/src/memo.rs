//! Renderings that are kept, so that equal inputs are rendered once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use gitops_model::{Problem, Resource, Tree};
use gitops_yaml::{ContentId, FileId, Node, ParsedFile, SmolStr};

use crate::closure::Part;
use crate::digested::Digested;
use crate::flux::Walks;

/// What was rendered so far. Shared by all clusters and all states of a repository.
#[derive(Default)]
pub struct Memo {
    /// What kustomize keeps.
    pub kustomize: gitops_kustomize::Memo,
    /// Objects with their variables put in, by what was rendered and the variables.
    substituted: Mutex<HashMap<ContentId, Substituted>>,
    artifacts: Mutex<HashMap<ArtifactKey, Kept>>,
    /// What entries of Flux lead to.
    pub(crate) walks: Walks,
    /// The objects in files.
    objects: Mutex<HashMap<FileId, Objects>>,
    /// Whether contents speak of a controller.
    marked: Mutex<HashMap<ContentId, bool>>,
    /// Whether contents may become objects that lead on.
    leading: Mutex<HashMap<ContentId, bool>>,
    /// What folders and files say of the builds that read them.
    parts: Mutex<HashMap<(SmolStr, ContentId), Arc<Part>>>,
    digested: Mutex<HashMap<usize, Kept>>,
}

/// The objects of a unit, or why they cannot be had.
pub(crate) type Substituted = Result<Arc<Vec<Arc<Resource>>>, Arc<Vec<Problem>>>;

/// The objects of a file.
type Objects = Arc<[Arc<Resource>]>;

/// A tree, kept so that its address stays its own, and its artifact.
type Kept = (Arc<dyn Tree>, Arc<dyn Tree>);

/// A tree by its address, the folder in it and what is left out.
type ArtifactKey = (usize, SmolStr, Option<SmolStr>);

impl Memo {
    /// What an earlier call made of equal inputs, else what `make` does.
    pub(crate) fn substituted(
        &self,
        id: ContentId,
        make: impl FnOnce() -> Substituted,
    ) -> Substituted {
        // The lock is not held while `make` works; two threads may do the same work once.
        let known = lock(&self.substituted).get(&id).cloned();
        let made = known.unwrap_or_else(make);
        lock(&self.substituted).entry(id).or_insert(made).clone()
    }

    /// The objects that an earlier call was given for equal inputs, else these.
    pub(crate) fn kept(
        &self,
        id: ContentId,
        objects: Arc<Vec<Arc<Resource>>>,
    ) -> Arc<Vec<Arc<Resource>>> {
        self.substituted(id, || Ok(objects.clone())).unwrap_or(objects)
    }

    /// The Kubernetes objects in a file.
    pub(crate) fn objects(&self, file: &ParsedFile) -> Objects {
        let known = lock(&self.objects).get(&file.id).cloned();
        let object = |node: &Node| {
            node.get("apiVersion")?;
            Some(Arc::new(Resource::new(node.clone())?))
        };
        let read = || file.documents.iter().filter_map(object).collect();
        known.unwrap_or_else(|| {
            let objects = read();
            lock(&self.objects).entry(file.id).or_insert(objects).clone()
        })
    }

    /// Whether a content speaks of a controller, as `look` says if it was not asked before.
    pub(crate) fn is_marked(&self, id: ContentId, look: impl FnOnce() -> bool) -> bool {
        let known = lock(&self.marked).get(&id).copied();
        known.unwrap_or_else(|| *lock(&self.marked).entry(id).or_insert(look()))
    }

    /// Whether a content may become an object that leads on, as `look` says if it was not asked before.
    pub(crate) fn leads_on(&self, id: ContentId, look: impl FnOnce() -> bool) -> bool {
        let known = lock(&self.leading).get(&id).copied();
        known.unwrap_or_else(|| {
            let leads = look();
            *lock(&self.leading).entry(id).or_insert(leads)
        })
    }

    /// What is known of a folder or file, by its digest.
    pub(crate) fn part(
        &self,
        path: &str,
        digest: ContentId,
        make: impl FnOnce() -> Part,
    ) -> Arc<Part> {
        let key = (SmolStr::new(path), digest);
        let known = lock(&self.parts).get(&key).cloned();
        known.unwrap_or_else(|| {
            let made = Arc::new(make());
            lock(&self.parts).entry(key).or_insert(made).clone()
        })
    }

    /// The tree, made to remember its digests.
    pub(crate) fn digested(&self, tree: &Arc<dyn Tree>) -> Arc<dyn Tree> {
        let key = Arc::as_ptr(tree).cast::<()>() as usize;
        let made = || (tree.clone(), Arc::new(Digested::new(tree.clone())) as Arc<dyn Tree>);
        lock(&self.digested).entry(key).or_insert_with(made).1.clone()
    }

    /// The artifact of a tree.
    pub(crate) fn artifact<T: Tree + 'static>(
        &self,
        tree: &Arc<dyn Tree>,
        base: &str,
        ignore: Option<&str>,
        make: impl FnOnce() -> T,
    ) -> Arc<dyn Tree> {
        let key = (Arc::as_ptr(tree).cast::<()>() as usize, base.into(), ignore.map(SmolStr::new));
        if let Some((_, artifact)) = lock(&self.artifacts).get(&key) {
            return artifact.clone();
        }
        let made: Arc<dyn Tree> = Arc::new(Digested::new(Arc::new(make())));
        lock(&self.artifacts).entry(key).or_insert((tree.clone(), made)).1.clone()
    }
}

// A panic cannot leave these maps half-written, so a poisoned lock is still good.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
