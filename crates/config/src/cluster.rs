//! What the file says of clusters and environments.

use std::collections::BTreeMap;

use gitops_model::{Environment, KubernetesVersion};
use gitops_yaml::{Entry, Node, SmolStr};

use crate::pattern::{Glob, pattern};
use crate::problems::Problems;
use crate::value::{Map, Spanned, spanned, text, texts};

/// One entry of `clusters`.
#[derive(Debug, Clone)]
pub struct ClusterConfig {
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// The folder of its entry point; the name is looked for where it is missing.
    pub path: Option<SmolStr>,
    /// Its environment.
    pub environment: Option<Environment>,
    /// The release of Kubernetes it runs.
    pub kubernetes_version: Option<KubernetesVersion>,
    /// Values of `postBuild` variables that the repository does not hold.
    pub variables: BTreeMap<SmolStr, Spanned<SmolStr>>,
    /// Labels, for a wave's `clusterSelector`.
    pub labels: BTreeMap<SmolStr, SmolStr>,
}

impl ClusterConfig {
    pub(crate) fn read(problems: &mut Problems, node: &Node, name: String) -> Option<Self> {
        let mut map = Map::new(problems, node, name)?;
        let name = map.required(problems, "name", spanned);
        let cluster = Self {
            path: map.optional(problems, "path", folder),
            environment: map
                .optional(problems, "environment", text)
                .map(|t| Environment::named(&t)),
            kubernetes_version: map.optional(problems, "kubernetesVersion", kubernetes_version),
            variables: map.named(problems, "variables", |problems, entry, _| {
                let value = problems.parse(&entry.value, "text", |t| Some(t.into()))?;
                Some(Spanned { value, span: entry.value.span() })
            }),
            labels: map.named(problems, "labels", texts),
            name: name.clone().unwrap_or(Spanned { value: SmolStr::default(), span: node.span() }),
        };
        map.finish(problems);
        name.map(|_| cluster)
    }
}

fn kubernetes_version(problems: &mut Problems, node: &Node) -> Option<KubernetesVersion> {
    problems.parse(node, "a release such as `1.36`", KubernetesVersion::parse)
}

/// A folder of the repository, without `./` before it or `/` behind it.
pub(crate) fn folder(problems: &mut Problems, node: &Node) -> Option<SmolStr> {
    let text = text(problems, node)?;
    let path = text.trim_start_matches("./").trim_end_matches('/');
    Some(if path == "." { "".into() } else { path.into() })
}

/// One entry of `argocd.clusters`: a cluster Secret that no repository holds.
#[derive(Debug, Clone)]
pub struct ArgoCluster {
    /// Its name, as `spec.destination.name` has it.
    pub name: Spanned<SmolStr>,
    /// The address of its API server, as `spec.destination.server` has it.
    pub server: Option<SmolStr>,
    /// The Secret's labels, which generators select by.
    pub labels: BTreeMap<SmolStr, SmolStr>,
    /// The Secret's annotations.
    pub annotations: BTreeMap<SmolStr, SmolStr>,
}

impl ArgoCluster {
    pub(crate) fn read(problems: &mut Problems, node: &Node, name: String) -> Option<Self> {
        let mut map = Map::new(problems, node, name)?;
        let name = map.required(problems, "name", spanned);
        let server = map.optional(problems, "server", text);
        let labels = map.named(problems, "labels", texts);
        let annotations = map.named(problems, "annotations", texts);
        map.finish(problems);
        Some(Self { name: name?, server, labels, annotations })
    }
}

/// One entry of `environments`.
#[derive(Debug, Clone, Default)]
pub struct EnvironmentConfig {
    /// `tracks.tag`: its clusters take only revisions with such a tag.
    pub tag: Option<Glob>,
    /// `tracks.branch`: its clusters take only revisions of such a branch.
    pub branch: Option<Glob>,
}

impl EnvironmentConfig {
    pub(crate) fn read(problems: &mut Problems, entry: &Entry, name: String) -> Option<Self> {
        let mut map = Map::new(problems, &entry.value, name)?;
        let name = map.child("tracks");
        let environment = map.optional(problems, "tracks", |problems, node| {
            let mut map = Map::new(problems, node, name)?;
            let glob = |p: &mut Problems, n: &Node| pattern(p, n, Glob::name);
            let tag = map.optional(problems, "tag", glob);
            let branch = map.optional(problems, "branch", glob);
            map.finish(problems);
            Some(Self { tag, branch })
        });
        map.finish(problems);
        Some(environment.unwrap_or_default())
    }
}

/// A minor release of Flux.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FluxVersion {
    /// `2`.
    pub major: u32,
    /// `7` of `2.7`.
    pub minor: u32,
}

impl FluxVersion {
    /// Reads `2.7`, `v2.7` or `2.7.3`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let KubernetesVersion { major, minor } = KubernetesVersion::parse(text)?;
        Some(Self { major, minor })
    }
}
