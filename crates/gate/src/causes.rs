//! The risk of every cause in every environment.

use std::collections::{BTreeMap, BTreeSet};

use gitops_config::Config;
use gitops_model::{Action, CauseRisk, ChangeReport, Effect, Finding, Lower, ObjectKey, Risk};
use gitops_yaml::{SmolStr, Sources, Span};

use crate::Input;
use crate::critical::is_critical;
use crate::factors::{Factors, combine, score};
use crate::reach::{Victims, at_once, by_environment};
use crate::table::{Classes, Weights};

/// The risk of a change: every cause in every environment that it reaches, on merge or at the next
/// promotion. Suppressed findings weigh as the others: a reason for them does not make them safe.
#[must_use]
pub fn weigh(input: &Input<'_>, config: &Config) -> Risk {
    let weights = Weights::of(&config.risk);
    let all = input.clusters.iter().map(|c| c.cluster.name.as_str()).collect();
    let causes =
        causes(input, config, &weights, &Scope { clusters: all, queued: true, suppressed: true });
    Risk { score: combine(causes.iter().map(|c| c.score)), model: weights.model, causes }
}

/// What is weighed.
pub(crate) struct Scope<'a> {
    /// On which clusters.
    pub(crate) clusters: BTreeSet<&'a str>,
    /// Whether what waits for a promotion counts.
    pub(crate) queued: bool,
    /// Whether suppressed findings count.
    pub(crate) suppressed: bool,
}

/// One finding, or one change without a finding.
struct Harm<'a> {
    cause: String,
    label: String,
    object: Option<&'a ObjectKey>,
    effect: Effect,
    clusters: &'a BTreeSet<SmolStr>,
    classes: Classes<'a>,
    finding: Option<&'a Finding>,
}

/// The riskiest harm of each cause in each environment, the riskiest first.
pub(crate) fn causes(
    input: &Input<'_>,
    config: &Config,
    weights: &Weights,
    scope: &Scope<'_>,
) -> Vec<CauseRisk> {
    let plain = plain_clusters(input);
    let mut harms = harms(input, weights, &plain);
    harms.retain(|h| scope.suppressed || h.finding.is_none_or(|f| f.suppressed.is_none()));
    harms.retain(|h| h.effect == Effect::Now || scope.queued && h.effect == Effect::Queued);
    let mut worst: BTreeMap<(String, &str), CauseRisk> = BTreeMap::new();
    for harm in &harms {
        let inside = harm.clusters.iter().filter(|c| scope.clusters.contains(c.as_str()));
        for (environment, clusters) in by_environment(input, inside) {
            let risk = risk(input, config, weights, &harms, harm, environment, &clusters);
            let known =
                worst.entry((harm.cause.clone(), environment)).or_insert_with(|| risk.clone());
            if risk.score > known.score {
                *known = risk;
            }
        }
    }
    let mut causes: Vec<CauseRisk> = worst.into_values().collect();
    causes.sort_by_key(|c| std::cmp::Reverse(c.score));
    causes
}

fn risk<'a>(
    input: &Input<'a>,
    config: &Config,
    weights: &'a Weights,
    harms: &[Harm<'a>],
    harm: &Harm<'a>,
    environment: &'a str,
    clusters: &BTreeSet<&'a str>,
) -> CauseRisk {
    let together = harms.iter().filter(|h| h.cause == harm.cause && h.effect == harm.effect);
    let together = together.filter(|h| h.clusters.iter().any(|c| clusters.contains(c.as_str())));
    let objects: BTreeSet<&ObjectKey> = together.filter_map(|h| h.object).collect();
    let reached = Victims::of(input, harm.effect, clusters).reached(&objects).len();
    let others = objects.len().saturating_sub(1);
    let fingerprint = harm.finding.map(|f| f.fingerprint.as_str());
    let evidenced =
        fingerprint.and_then(|f| input.mitigations.get(f)).map(Vec::as_slice).unwrap_or_default();
    let factors = Factors {
        classes: harm.classes,
        victims: (reached + others).max(1),
        victims_label: victims_label(reached, others),
        clusters: at_once(clusters, config),
        environment,
        critical: harm.object.is_some_and(|o| is_critical(o, config)),
        mitigations: evidenced.iter().filter_map(|id| weights.mitigation(id)).collect(),
        finding: fingerprint,
    };
    let reasons = factors.reasons(weights);
    CauseRisk {
        cause: harm.cause.clone(),
        environment: environment.to_owned(),
        label: harm.label.clone(),
        score: score(&reasons, weights.scale),
        reasons,
        lowers: lowers(&factors, weights),
    }
}

fn victims_label(reached: usize, others: usize) -> String {
    match (reached, others) {
        (0, 0) => "one object".into(),
        (0, n) => format!("{} objects of one cause", n + 1),
        (1, 0) => "1 dependent".into(),
        (n, 0) => format!("{n} dependents"),
        (n, m) => format!("{} objects and {n} that depend on them", m + 1),
    }
}

/// What would lower the score, the most effective first.
fn lowers(factors: &Factors<'_>, weights: &Weights) -> Vec<Lower> {
    let own = factors.score(weights);
    let mut lowers = Vec::new();
    let mut offer = |label: String, changed: Factors<'_>| {
        let score = changed.score(weights);
        if score < own {
            lowers.push(Lower { label, score });
        }
    };
    if factors.clusters > 1 {
        let label = "let one cluster take it first, in a wave of its own".to_owned();
        offer(label, Factors { clusters: 1, ..factors.clone() });
    }
    let missing = factors.classes.lowers.iter().filter_map(|id| weights.mitigation(id));
    for mitigation in missing.filter(|m| factors.mitigations.iter().all(|have| have.id != m.id)) {
        let mut changed = factors.clone();
        changed.mitigations.push(mitigation);
        offer(mitigation.offer.clone(), changed);
    }
    lowers.sort_by(|a, b| (a.score, &a.label).cmp(&(b.score, &b.label)));
    lowers
}

fn harms<'a>(
    input: &Input<'a>,
    weights: &'a Weights,
    plain: &'a [BTreeSet<SmolStr>],
) -> Vec<Harm<'a>> {
    let mut harms: Vec<Harm<'a>> = input
        .findings
        .iter()
        .filter_map(|finding| {
            let object = finding.object.as_ref().map(|(_, key)| key);
            Some(Harm {
                cause: finding.cause.clone(),
                label: finding_label(finding),
                object,
                effect: finding.effect?,
                clusters: &finding.clusters,
                classes: weights.finding(finding)?,
                finding: Some(finding),
            })
        })
        .collect();
    let lines = Lines::of(input);
    for (change, clusters) in
        input.changes.iter().zip(plain).filter(|(_, clusters)| !clusters.is_empty())
    {
        if let Some(classes) = weights.change(change) {
            harms.push(Harm {
                cause: lines.cause(change),
                label: change_label(change),
                object: Some(&change.key),
                effect: change.effect,
                clusters,
                classes,
                finding: None,
            });
        }
    }
    harms
}

/// The clusters of each change on which no finding speaks of its object.
fn plain_clusters(input: &Input<'_>) -> Vec<BTreeSet<SmolStr>> {
    let told: BTreeSet<(&ObjectKey, &str)> = input
        .findings
        .iter()
        .filter_map(|f| Some((&f.object.as_ref()?.1, &f.clusters)))
        .flat_map(|(key, clusters)| clusters.iter().map(move |c| (key, c.as_str())))
        .collect();
    let plain = |change: &ChangeReport| {
        change
            .clusters
            .iter()
            .filter(|c| !told.contains(&(&change.key, c.as_str())))
            .cloned()
            .collect()
    };
    input.changes.iter().map(plain).collect()
}

/// Changes and findings that one line writes are one cause.
struct Lines<'a> {
    sources: &'a Sources,
    causes: BTreeMap<(SmolStr, u32), &'a str>,
}

impl<'a> Lines<'a> {
    fn of(input: &Input<'a>) -> Self {
        let primary = input.findings.iter().filter_map(|f| Some((f.primary()?, f.cause.as_str())));
        let line = |(span, cause)| (line(input.sources, span), cause);
        Self { sources: input.sources, causes: primary.map(line).collect() }
    }

    fn cause(&self, change: &ChangeReport) -> String {
        let Some(field) = change.fields.first() else { return change.key.to_string() };
        let line = line(self.sources, field.written);
        let known = self.causes.get(&line).map(|cause| (*cause).to_owned());
        known.unwrap_or_else(|| format!("{}:{}", line.0, line.1))
    }
}

fn line(sources: &Sources, span: Span) -> (SmolStr, u32) {
    let at = sources.locate(span);
    (at.path, at.line)
}

fn finding_label(finding: &Finding) -> String {
    match (&finding.field, &finding.object) {
        (Some(field), Some((_, object))) => format!("`{field}` of {object}"),
        (None, Some((_, object))) => format!("{object} ({})", finding.rule),
        (_, None) => finding.rule.to_owned(),
    }
}

fn change_label(change: &ChangeReport) -> String {
    match (change.action, change.fields.first()) {
        (Action::Modified, Some(field)) => format!("`{}` of {}", field.path, change.key),
        (Action::Modified, None) => format!("change of {}", change.key),
        (Action::Added, _) => format!("new {}", change.key),
        (Action::Removed, _) => format!("removal of {}", change.key),
        (Action::Moved, _) => format!("new owner of {}", change.key),
        (Action::Recreated, _) => format!("recreation of {}", change.key),
    }
}
