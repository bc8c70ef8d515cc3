//! Clusters, what they follow, and what they are given.

use std::fmt;
use std::sync::Arc;

use gitops_yaml::{ContentId, SmolStr, Span};

use crate::{ObjectKey, Problem, Release, Resource, Revision, Unchecked, UnitId};

/// Where a cluster stands on the way to production.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Environment {
    /// Development and test.
    Dev,
    /// Before production.
    Staging,
    /// Production.
    Production,
    /// One that the configuration names otherwise.
    Named(SmolStr),
    /// Not known; weighs as production.
    Unknown,
}

impl Environment {
    /// Reads a configured name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "dev" => Self::Dev,
            "staging" => Self::Staging,
            "production" => Self::Production,
            "unknown" => Self::Unknown,
            other => Self::Named(other.into()),
        }
    }

    /// The word used in reports.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Dev => "dev",
            Self::Staging => "staging",
            Self::Production => "production",
            Self::Named(name) => name,
            Self::Unknown => "unknown",
        }
    }
}

/// A minor release of Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KubernetesVersion {
    /// `1`.
    pub major: u32,
    /// `36` of `1.36`.
    pub minor: u32,
}

impl KubernetesVersion {
    /// The newest release whose rules are known here.
    pub const NEWEST: Self = Self { major: 1, minor: 36 };

    /// Reads `1.36`, `v1.36` or `1.36.2`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let (major, minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { major, minor })
    }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What brings objects to a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Controller {
    /// Flux's kustomize-controller.
    Flux,
    /// Argo CD.
    ArgoCd,
    /// Not known: a kustomization root or a plain folder.
    None,
}

/// How the controller writes an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ApplyMode {
    /// Server-side apply, as Flux does.
    ServerSide,
    /// kubectl's three-way patch, as Argo CD does by default.
    ClientSide,
    /// `kubectl replace`.
    Replace,
}

/// Which revision a source asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tracks {
    /// A branch.
    Branch(SmolStr),
    /// A tag.
    Tag(SmolStr),
    /// The highest tag in a range of versions.
    Semver(SmolStr),
    /// One commit.
    Commit(SmolStr),
    /// Something outside this repository: another repository, a bucket, an OCI artifact.
    External(SmolStr),
}

impl Tracks {
    /// The word used in reports.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Branch(_) => "branch",
            Self::Tag(_) => "tag",
            Self::Semver(_) => "semver",
            Self::Commit(_) => "commit",
            Self::External(_) => "external",
        }
    }

    /// The branch, tag, range, commit or address.
    #[must_use]
    pub fn reference(&self) -> &str {
        match self {
            Self::Branch(r)
            | Self::Tag(r)
            | Self::Semver(r)
            | Self::Commit(r)
            | Self::External(r) => r,
        }
    }
}

/// The object that names where content comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceRef {
    /// `GitRepository`, `OCIRepository`, `Bucket`, `Application`, ...
    pub kind: SmolStr,
    /// Its namespace.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
}

impl fmt::Display for SourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}

/// How it is known which revision a source holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deployed {
    /// A `--deployed` option says so.
    Option,
    /// Evidence from the cluster says so.
    Evidence,
    /// The reference was resolved in the clone.
    Reference,
    /// Taken to be the base of the change.
    Assumed,
}

/// One source of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The object that declares it.
    pub object: SourceRef,
    /// What it asks for.
    pub tracks: Tracks,
    /// The revision it holds; absent for external sources and folders.
    pub revision: Option<Revision>,
    /// How that is known.
    pub deployed: Deployed,
    /// Whether it is this repository.
    pub here: bool,
    /// Where it is declared; absent where it is assumed.
    pub declared: Option<Span>,
}

/// A set of objects that one Flux Kustomization or Argo CD Application applies, and how it does.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Its name.
    pub id: UnitId,
    /// The name of the entry point that declares it, where it is not that of the cluster it applies to:
    /// a hub that writes to other clusters.
    pub hub: Option<SmolStr>,
    /// What applies it.
    pub controller: Controller,
    /// Where it is declared; absent where it is assumed.
    pub declared: Option<Span>,
    /// The source it reads; absent for folders.
    pub source: Option<SourceRef>,
    /// The folder it renders, relative to the repository.
    pub path: SmolStr,
    /// How it writes.
    pub mode: ApplyMode,
    /// Whether objects that are no longer rendered are deleted.
    pub prune: bool,
    /// Whether refused objects are deleted and created again.
    pub force: bool,
    /// Whether it is switched off.
    pub suspended: bool,
    /// Whether it waits for what it applied to be healthy.
    pub waits: bool,
    /// The units that must be ready before it.
    pub depends_on: Vec<(UnitId, Span)>,
    /// What it applies. Equal [`Unit::inputs`] imply equal resources.
    pub resources: Arc<Vec<Arc<Resource>>>,
    /// The hash of all that was read to render it; absent where it could not be rendered.
    pub inputs: Option<ContentId>,
    /// The object that declares it, if it is in the repository.
    pub object: Option<Arc<Resource>>,
}

/// What one entry point, or one destination, is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Its name; unique in the repository.
    pub name: SmolStr,
    /// The folder of its entry point.
    pub path: SmolStr,
    /// Its environment.
    pub environment: Environment,
    /// Its Kubernetes release, if configured.
    pub version: Option<KubernetesVersion>,
    /// Whether an entry point in the repository reaches it.
    pub reached: bool,
}

/// One cluster in one state of the repository.
#[derive(Debug, Clone)]
pub struct ClusterState {
    /// The cluster.
    pub cluster: Cluster,
    /// What it follows.
    pub sources: Vec<Source>,
    /// What is applied to it, in the order discovered.
    pub units: Vec<Unit>,
    /// The charts that are installed on it.
    pub releases: Vec<Release>,
    /// What went wrong on the way.
    pub problems: Vec<Problem>,
    /// What could not be followed or rendered, and why.
    pub unchecked: Vec<Unchecked>,
}

impl ClusterState {
    /// Every object with the unit that applies it.
    pub fn objects(&self) -> impl Iterator<Item = (&Unit, &Arc<Resource>)> {
        self.units.iter().flat_map(|u| u.resources.iter().map(move |r| (u, r)))
    }

    /// The names of the entry points that declare its units; some more than once.
    pub fn entries(&self) -> impl Iterator<Item = &SmolStr> {
        self.units.iter().map(|unit| unit.hub.as_ref().unwrap_or(&self.cluster.name))
    }

    /// The unit of that name.
    #[must_use]
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.iter().find(|u| u.id == *id)
    }

    /// The object of that identity; the last one where several units apply it.
    #[must_use]
    pub fn object(&self, key: &ObjectKey) -> Option<&Arc<Resource>> {
        self.objects().filter(|(_, r)| r.key == *key).last().map(|(_, r)| r)
    }
}
