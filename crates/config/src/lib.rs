//! `.gitops-lint.yaml` as typed values with spans.
//!
//! A mistake in the file is a [`gitops_model::Problem`] with a line, and with the key that was meant where
//! one comes near; what is right beside it still holds.
//!
//! ```
//! use gitops_yaml::{ContentId, Sources};
//!
//! let text = b"apiVersion: gitops-lint.dev/v1\nwaves: [{name: canary, clustres: [dev-*]}]\n";
//! let file = Sources::default().load(".gitops-lint.yaml", ContentId::of(text), text);
//! let (config, problems) = gitops_config::read(&file);
//! assert_eq!(config.waves[0].name.value, "canary");
//! assert_eq!(problems[0].message, "`waves[0]` has no key `clustres`");
//! assert_eq!(problems[0].help.as_deref(), Some("did you mean `clusters`?"));
//! ```

mod artifact;
mod changed;
mod cluster;
mod pattern;
mod read;
mod risk;
mod rule;
mod time;
mod value;
mod wave;

use std::collections::BTreeMap;

use gitops_model::{Problem, ProblemKind, Severity};
use gitops_yaml::{ParsedFile, SmolStr, Span};

pub use artifact::ArtifactConfig;
pub use changed::change;
pub use cluster::{ArgoCluster, ClusterConfig, EnvironmentConfig, FluxVersion};
pub use pattern::{Glob, ObjectPattern};
pub use risk::RiskConfig;
pub use rule::{RuleConfig, Suppression};
pub use time::{Date, Duration, Window, WindowDays};
pub use wave::{
    Approval, Check, EvidenceConfig, Metric, Promotion, Tolerance, Wave, WaveClusters, Windows,
};

/// The file's place in a repository.
pub const FILE: &str = ".gitops-lint.yaml";

/// The value of `apiVersion`.
pub const API_VERSION: &str = "gitops-lint.dev/v1";

/// The JSON Schema of the file, for editors.
pub const SCHEMA: &str = include_str!("../../../schemas/config.schema.json");

/// A value and where it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

/// All that the file says. The default is what holds without a file.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `clusters`: what is known of clusters that the repository does not say.
    pub clusters: Vec<ClusterConfig>,
    /// `repoAliases`: addresses under which this repository is known.
    pub repo_aliases: Vec<Spanned<SmolStr>>,
    /// `repoMap`: the folder that stands for the repository at an address.
    pub repo_map: BTreeMap<String, String>,
    /// `artifacts`: what is packed of this repository and pushed to a registry.
    pub artifacts: Vec<ArtifactConfig>,
    /// `argocd.clusters`: the cluster Secrets that no repository holds.
    pub argocd_clusters: Vec<ArgoCluster>,
    /// `environments`, by name.
    pub environments: BTreeMap<SmolStr, EnvironmentConfig>,
    /// `waves`, in order.
    pub waves: Vec<Wave>,
    /// `metrics`, by name: the limits within which a `metric:` check holds.
    pub metrics: BTreeMap<SmolStr, Metric>,
    /// `promotion`: the branch that a wave's clusters follow, and what it is moved along.
    pub promotion: Option<Promotion>,
    /// `critical`: objects whose change needs at least two enforceable waves. `None`: the default list.
    pub critical: Option<Vec<ObjectPattern>>,
    /// `flux.version`.
    pub flux_version: Option<FluxVersion>,
    /// `risk`: weights that replace the default ones.
    pub risk: RiskConfig,
    /// `rules`, by rule id.
    pub rules: BTreeMap<SmolStr, RuleConfig>,
    /// `suppressions`.
    pub suppressions: Vec<Suppression>,
}

impl Config {
    /// The entry of a cluster, by the folder of its entry point, else by its name.
    #[must_use]
    pub fn cluster(&self, name: &str, path: &str) -> Option<&ClusterConfig> {
        let by_path = self.clusters.iter().find(|c| c.path.as_deref() == Some(path));
        by_path.or_else(|| self.clusters.iter().find(|c| c.path.is_none() && c.name.value == name))
    }

    /// The wave of a cluster and its place in the order: the first that names it.
    #[must_use]
    pub fn wave_of<'a>(&'a self, cluster: &'a str) -> Option<(usize, &'a Wave)> {
        self.waves_of(cluster).next()
    }

    fn waves_of<'a>(&'a self, cluster: &'a str) -> impl Iterator<Item = (usize, &'a Wave)> {
        let labels = self.clusters.iter().find(|c| c.name.value == cluster).map(|c| &c.labels);
        self.waves.iter().enumerate().filter(move |(_, w)| w.clusters.matches(cluster, labels))
    }

    /// The severity of a rule: the configured one, else its own; `None` where it is switched off.
    #[must_use]
    pub fn severity(&self, rule: &str, own: Severity) -> Option<Severity> {
        match self.rules.get(rule) {
            Some(rule) if rule.off => None,
            Some(rule) => Some(rule.severity.unwrap_or(own)),
            None => Some(own),
        }
    }

    /// What is wrong with the waves once the clusters are known: a cluster in two waves or in none, and
    /// a name or pattern that no cluster has.
    #[must_use]
    pub fn check_waves<'a>(&self, clusters: impl IntoIterator<Item = &'a str>) -> Vec<Problem> {
        wave::check(self, &clusters.into_iter().collect::<Vec<_>>())
    }
}

/// Reads the file.
#[must_use]
pub fn read(file: &ParsedFile) -> (Config, Vec<Problem>) {
    let mut problems = read::Problems { list: file.errors.iter().map(Problem::from).collect() };
    let mut documents = file.documents.iter().filter(|d| !d.is_null());
    let config = documents.next().and_then(|node| read::config(&mut problems, node));
    if let Some(second) = documents.next() {
        problems.add(second, "the configuration is one document, this is a second one");
    }
    (config.unwrap_or_default(), problems.list)
}

pub(crate) fn problem(span: Span, message: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Config, message, Some(span))
}
