//! Results of earlier builds, found again by what they read.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use gitops_model::{Problem, Tree};
use gitops_yaml::{ContentId, Node};

use crate::accumulated::Accumulated;
use crate::build_metadata::Place;
use crate::id::Custom;
use crate::load::is_within;
use crate::options::Options;
use crate::rendered::{Failure, Rendered};
use crate::trace::Trace;

/// Results shared by threads and by all trees of one run. A result is used again where a tree shows all
/// that it read, and nothing is locked while something is rendered.
#[derive(Debug, Default)]
pub struct Memo {
    roots: Shelf<RootKey, Root>,
    bases: Shelf<BaseKey, Base>,
}

type Shelf<K, V> = Mutex<HashMap<K, Vec<Arc<V>>>>;

/// What a root's result depends on beside the files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RootKey {
    pub(crate) root: String,
    pub(crate) options: Options,
    /// The kustomization that is read instead of the file.
    pub(crate) edited: Option<Node>,
}

/// The result of a root.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) trace: Arc<Trace>,
    pub(crate) result: Result<Arc<Rendered>, Arc<Failure>>,
}

/// What a base's result depends on beside the files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct BaseKey {
    pub(crate) root: String,
    pub(crate) place: Option<Place>,
    pub(crate) options: Options,
    /// The schema that counts when the base is entered.
    pub(crate) schema: Option<ItsOwn>,
    pub(crate) schema_is_set: bool,
}

/// A schema, the same as itself alone. It is kept, so that no other gets its address.
#[derive(Debug, Clone)]
pub(crate) struct ItsOwn(pub(crate) Arc<Custom>);

impl PartialEq for ItsOwn {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ItsOwn {}

impl Hash for ItsOwn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

/// What a base has gathered.
#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) trace: Arc<Trace>,
    pub(crate) result: Arc<Accumulated>,
    pub(crate) warnings: Vec<Problem>,
    /// The schema that counts after it, if it chose one.
    pub(crate) schema: Option<Option<Arc<Custom>>>,
    /// What the build had asked of kustomize's own schema when the base was entered, and when it was left.
    pub(crate) asked_before: u8,
    pub(crate) asked_after: u8,
}

impl Memo {
    pub(crate) fn root(&self, key: &RootKey, tree: &dyn Tree) -> Option<Arc<Root>> {
        on(&self.roots, key).into_iter().find(|root| root.trace.holds_in(tree))
    }

    /// Gives up the result of a root that nobody will ask for again. What other roots use of it stays.
    pub fn forget(&self, root: &str, options: &Options) {
        let key = RootKey { root: root.to_owned(), options: options.clone(), edited: None };
        self.roots.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }

    pub(crate) fn keep_root(&self, key: RootKey, root: Root) {
        put(&self.roots, key, root);
    }

    /// A base as an earlier build gathered it, unless it leads back to one of the roots that name it.
    pub(crate) fn base(
        &self,
        key: &BaseKey,
        tree: &dyn Tree,
        chain: &[String],
        asked: u8,
    ) -> Option<Arc<Base>> {
        let (own, above) = chain.split_last()?;
        let circles = |base: &Base| {
            let entered = base.trace.roots.iter().filter(|root| root.as_str() != own);
            entered.into_iter().any(|root| above.iter().any(|visited| is_within(visited, root)))
        };
        // A schema that comes with a base stands beside what was asked for before.
        let fits = |base: &Base| base.schema.is_none() || base.asked_before == asked;
        let mut known = on(&self.bases, key).into_iter();
        known.find(|base| fits(base) && !circles(base) && base.trace.holds_in(tree))
    }

    pub(crate) fn keep_base(&self, key: BaseKey, base: Base) {
        put(&self.bases, key, base);
    }
}

fn on<K: Hash + Eq, V>(shelf: &Shelf<K, V>, key: &K) -> Vec<Arc<V>> {
    let shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
    shelf.get(key).cloned().unwrap_or_default()
}

fn put<K: Hash + Eq, V>(shelf: &Shelf<K, V>, key: K, value: V) {
    let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
    shelf.entry(key).or_default().push(Arc::new(value));
}

/// The hash that names a rendering.
pub(crate) fn inputs(trace: &Trace, options: &Options, edited: Option<&Node>) -> ContentId {
    let read = trace.hash(options);
    match edited {
        None => read,
        Some(node) => {
            let mut text = String::new();
            crate::json::encode(node, &mut text);
            ContentId::of(&[&read.0, text.as_bytes()].concat())
        }
    }
}
