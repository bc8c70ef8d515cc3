//! How to build.

use std::collections::BTreeMap;

/// The release of kustomize to follow. Flux 2.9 links 5.8.1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Release {
    /// 5.8.1.
    V5_8_1,
    /// 5.8.2.
    #[default]
    V5_8_2,
}

/// Which files a kustomization may name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LoadRestrictor {
    /// Files in or below its root.
    #[default]
    RootOnly,
    /// Any file of the tree.
    None,
}

/// What to do about resources that would have to be fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Remote {
    /// Fail, as a build that must be whole.
    #[default]
    Refuse,
    /// Render the rest, and say what was left out.
    LeaveOut,
}

/// How to build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Options {
    /// The release to follow.
    pub release: Release,
    /// Which files may be read.
    pub load_restrictor: LoadRestrictor,
    /// What to do about remote resources that no directory stands for.
    pub remote: Remote,
    /// Whether what needs a program of its own is left out, and said, rather than refused: generators that are
    /// plugins, and charts. Whoever applies the objects may run it.
    pub leave_out_programs: bool,
    /// Directories of the tree that stand for remote repositories, by address without `?ref=`.
    pub repo_map: BTreeMap<String, String>,
}
