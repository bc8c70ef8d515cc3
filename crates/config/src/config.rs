//! The whole of the file.

use std::collections::BTreeMap;

use gitops_model::Severity;
use gitops_yaml::SmolStr;

use crate::artifact::ArtifactConfig;
use crate::cluster::{ArgoCluster, ClusterConfig, EnvironmentConfig, FluxVersion};
use crate::pattern::ObjectPattern;
use crate::risk::RiskConfig;
use crate::rule::{RuleConfig, Suppression};
use crate::value::Spanned;
use crate::wave::{Metric, Promotion, Wave};

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

    pub(crate) fn waves_of<'a>(
        &'a self,
        cluster: &'a str,
    ) -> impl Iterator<Item = (usize, &'a Wave)> {
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
}
