//! The top of the file, and what must fit together in it.

use std::collections::BTreeSet;

use gitops_model::Problem;
use gitops_yaml::{Node, ParsedFile, Span};

use crate::artifact::ArtifactConfig;
use crate::cluster::{ArgoCluster, ClusterConfig, EnvironmentConfig, FluxVersion};
use crate::config::Config;
use crate::pattern::{ObjectPattern, pattern};
use crate::problems::{Problems, problem};
use crate::risk::RiskConfig;
use crate::rule::{RuleConfig, Suppression};
use crate::value::{Map, spanned, texts};
use crate::wave::{Check, Metric, Promotion, Wave};

/// The value of `apiVersion`.
pub const API_VERSION: &str = "gitops-lint.dev/v1";

/// Reads the file.
#[must_use]
pub fn read(file: &ParsedFile) -> (Config, Vec<Problem>) {
    let mut problems = Problems { list: file.errors.iter().map(Problem::from).collect() };
    let mut documents = file.documents.iter().filter(|d| !d.is_null());
    let config = documents.next().and_then(|node| config(&mut problems, node));
    if let Some(second) = documents.next() {
        problems.add(second, "the configuration is one document, this is a second one");
    }
    (config.unwrap_or_default(), problems.list)
}

/// Reads the only document.
fn config(problems: &mut Problems, node: &Node) -> Option<Config> {
    let mut map = Map::new(problems, node, "")?;
    map.required(problems, "apiVersion", |p, n| p.word(n, &[(API_VERSION, ())]));
    let config = Config {
        clusters: map.list(problems, "clusters", ClusterConfig::read),
        repo_aliases: map.list(problems, "repoAliases", |p, n, _| spanned(p, n)),
        repo_map: map
            .named(problems, "repoMap", texts)
            .into_iter()
            .map(|(url, folder)| (url.into(), folder.into()))
            .collect(),
        artifacts: map.list(problems, "artifacts", ArtifactConfig::read),
        argocd_clusters: map.optional(problems, "argocd", argocd).unwrap_or_default(),
        environments: map.named(problems, "environments", EnvironmentConfig::read),
        waves: map.list(problems, "waves", Wave::read),
        metrics: map.named(problems, "metrics", Metric::read),
        promotion: map.optional(problems, "promotion", Promotion::read),
        critical: critical(problems, &mut map),
        flux_version: map.optional(problems, "flux", flux),
        risk: map.optional(problems, "risk", RiskConfig::read).unwrap_or_default(),
        rules: map.named(problems, "rules", RuleConfig::read),
        suppressions: map.list(problems, "suppressions", Suppression::read),
    };
    map.finish(problems);
    fits_together(problems, &config);
    Some(config)
}

fn argocd(problems: &mut Problems, node: &Node) -> Option<Vec<ArgoCluster>> {
    let mut map = Map::new(problems, node, "argocd")?;
    let clusters = map.list(problems, "clusters", ArgoCluster::read);
    map.finish(problems);
    Some(clusters)
}

fn flux(problems: &mut Problems, node: &Node) -> Option<FluxVersion> {
    let mut map = Map::new(problems, node, "flux")?;
    let version = map.optional(problems, "version", |p, n| {
        p.parse(n, "a release such as `2.7`", FluxVersion::parse)
    });
    map.finish(problems);
    version
}

/// An empty list is a list: nothing is critical then.
fn critical(problems: &mut Problems, map: &mut Map<'_>) -> Option<Vec<ObjectPattern>> {
    map.node("critical")?;
    Some(map.list(problems, "critical", |p, n, _| pattern(p, n, ObjectPattern::parse)))
}

/// Names that must be unique, and names that must be there.
fn fits_together(problems: &mut Problems, config: &Config) {
    unique(
        problems,
        "cluster",
        config.clusters.iter().map(|c| (c.name.value.as_str(), c.name.span)),
    );
    unique(problems, "wave", config.waves.iter().map(|w| (w.name.value.as_str(), w.name.span)));
    for check in config.waves.iter().flat_map(|w| &w.health_checks) {
        if let Check::Metric(name) = &check.value
            && !config.metrics.contains_key(name)
        {
            let message = format!("the check `metric:{name}` has no threshold");
            let help = format!("add `metrics: {{{name}: {{max: …}}}}`");
            problems.list.push(problem(check.span, message).help(help));
        }
    }
    if let Some(promotion) = &config.promotion
        && !config.waves.iter().any(|w| w.name.value == promotion.wave.value)
    {
        let message =
            format!("`promotion.wave` names `{}`, which is no wave", promotion.wave.value);
        problems.list.push(problem(promotion.wave.span, message));
    }
    for wave in &config.waves {
        if wave.clusters.patterns.is_empty() && wave.clusters.labels.is_empty() {
            let message = format!("wave `{}` has no clusters", wave.name.value);
            problems.list.push(problem(wave.name.span, message));
        }
    }
}

fn unique<'a>(problems: &mut Problems, what: &str, names: impl Iterator<Item = (&'a str, Span)>) {
    let mut seen = BTreeSet::new();
    for (name, span) in names {
        if !seen.insert(name) {
            problems.list.push(problem(span, format!("{what} `{name}` is configured twice")));
        }
    }
}
