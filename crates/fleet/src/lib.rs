//! Follows Flux and Argo CD from entry points to what each cluster is given.
//!
//! [`follow`] discovers the entry points of a tree, walks from each through the objects that it renders to
//! the folders that those name, and hands on one [`gitops_model::ClusterState`] for each cluster. Nothing
//! is skipped in silence: what cannot be followed is a problem or is listed as unchecked.

mod abandoned;
mod argocd;
mod changed;
mod charts;
mod closure;
mod digested;
mod files;
mod flux;
mod folder;
mod follow;
mod glob;
mod memo;
mod names;
mod reading;
mod roots;
mod scan;
mod selector;
mod source;
mod unapplied;
mod uninstalled;
mod unlisted;
mod versions;

use std::sync::Arc;

use gitops_config::Config;
use gitops_model::{Deployed, Problem, Revision, SourceRef, Tracks, Tree};
use gitops_yaml::{SmolStr, Sources};

use source::normalised;

pub use abandoned::abandoned;
pub use changed::Changed;
pub use follow::{Fleet, follow};
pub use memo::Memo;
pub use unapplied::unapplied;
pub use uninstalled::uninstalled;
pub use versions::newest_tag;

/// What a source gives.
pub enum SourceTree {
    /// Files of this repository.
    Here {
        /// The files.
        tree: Arc<dyn Tree>,
        /// Their commit; absent for folders and work trees.
        revision: Option<Revision>,
        /// How the commit is known.
        deployed: Deployed,
    },
    /// Something that is not at hand.
    Elsewhere {
        /// Why not.
        why: String,
    },
    /// It should be at hand, and is not: the problem says what to fetch.
    Unresolved(Problem),
}

/// Which files each source of this repository gives: the one difference between what clusters run now, on
/// merge, and after the next promotion.
pub trait SourceTrees: Sync {
    /// The files of a source that is this repository.
    fn tree(
        &self,
        cluster: &str,
        source: &SourceRef,
        url: Option<&str>,
        tracks: &Tracks,
    ) -> SourceTree;
}

/// All that following reads.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// Where entry points are discovered.
    pub tree: &'a Arc<dyn Tree>,
    /// The files read so far.
    pub sources: &'a Sources,
    /// What was rendered so far; shared by all states of the repository.
    pub memo: &'a Memo,
    /// What the sources give.
    pub trees: &'a dyn SourceTrees,
    /// The configuration.
    pub config: &'a Config,
    /// The addresses under which this repository is known to its clone; empty without git.
    pub urls: &'a [String],
    /// The branch that changes are merged to, where it is known: what an assumed source follows.
    pub target_branch: Option<&'a str>,
    /// The clusters, by name, of which no unit is built that leads nowhere, as far as its files tell: it has no
    /// resources, and its inputs stand for all that its build could read. Called without a name while entry
    /// points are looked for.
    pub deferred: &'a (dyn Fn(&str) -> bool + Sync),
}

impl World<'_> {
    /// Whether units of a cluster are left unbuilt where they lead nowhere. What is mapped to a folder from
    /// elsewhere may be read from anywhere.
    fn defers(&self, cluster: &str) -> bool {
        (self.deferred)(cluster) && self.config.repo_map.is_empty()
    }

    /// The folder that stands for the repository at an address.
    fn mapped(&self, url: &str) -> Option<SmolStr> {
        let mut known = self.config.repo_map.iter();
        let (_, folder) = known.find(|(from, _)| normalised(from) == normalised(url))?;
        Some(files::clamped("", folder).into())
    }
}
