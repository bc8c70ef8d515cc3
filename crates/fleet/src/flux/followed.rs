//! A source that a cluster follows, and the files that it gives.

use std::sync::Arc;

use gitops_model::{Problem, Source, SourceRef, Tree};
use gitops_yaml::SmolStr;

/// A source and its files.
#[derive(Clone)]
pub(crate) struct Followed {
    /// The source.
    pub source: Source,
    /// Its files.
    pub files: Files,
}

/// The files of a source.
#[derive(Clone)]
pub(crate) enum Files {
    /// These, the artifact's root standing at `base`.
    Here { tree: Arc<dyn Tree>, base: SmolStr },
    /// None at hand, and why.
    Gap(String),
    /// They should be at hand.
    Broken(Problem),
}

/// The sources that a walk met, in the order of their objects. Most walks meet one, and a B-tree would reserve room
/// for eleven.
#[derive(Clone, Default)]
pub(crate) struct Met(Vec<Followed>);

impl Met {
    fn place(&self, id: &SourceRef) -> Result<usize, usize> {
        self.0.binary_search_by(|followed| followed.source.object.cmp(id))
    }

    /// The source of an object.
    pub(crate) fn get(&self, id: &SourceRef) -> Option<&Followed> {
        self.0.get(self.place(id).ok()?)
    }

    /// The source of an object, for changing.
    pub(crate) fn get_mut(&mut self, id: &SourceRef) -> Option<&mut Followed> {
        let place = self.place(id).ok()?;
        self.0.get_mut(place)
    }

    /// Adds a source, if its object was not met yet.
    pub(crate) fn add(&mut self, followed: Followed) {
        if let Err(place) = self.place(&followed.source.object) {
            self.0.reserve_exact(1);
            self.0.insert(place, followed);
        }
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Followed> {
        self.0.iter()
    }
}
