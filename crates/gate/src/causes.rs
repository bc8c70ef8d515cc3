//! The risk of every cause in every environment.

use std::collections::{BTreeMap, BTreeSet};

use gitops_config::Config;
use gitops_model::{CauseRisk, Effect, Lower, ObjectKey, Risk};

use crate::Input;
use crate::critical::is_critical;
use crate::factors::{Factors, combine, score};
use crate::harm::{Harm, Scope, harms};
use crate::reach::{Fleet, Reach};
use crate::table::Weights;

/// The risk of a change: every cause in every environment that it reaches, on merge or at the next
/// promotion. Suppressed findings weigh as the others: a reason for them does not make them safe.
#[must_use]
pub fn weigh(input: &Input<'_>, config: &Config) -> Risk {
    let weights = Weights::of(&config.risk);
    let clusters = input.clusters.iter().map(|c| c.cluster.name.as_str()).collect();
    let scope = Scope { clusters, queued: true, suppressed: true };
    let causes = Weigher::new(input, config, &weights).causes(&scope);
    Risk { score: combine(causes.iter().map(|c| c.score)), model: weights.model, causes }
}

/// Everything that weighing asks for, looked up once.
pub(crate) struct Weigher<'a> {
    input: &'a Input<'a>,
    config: &'a Config,
    weights: &'a Weights,
    fleet: Fleet<'a>,
    reach: Reach<'a>,
    harms: Vec<Harm<'a>>,
}

/// What one cause does at one time in one environment.
struct Place<'a> {
    environment: &'a str,
    /// Objects of the cause, and how many more they disturb.
    objects: usize,
    reached: usize,
}

impl<'a> Weigher<'a> {
    pub(crate) fn new(input: &'a Input<'a>, config: &'a Config, weights: &'a Weights) -> Self {
        Self {
            input,
            config,
            weights,
            fleet: Fleet::of(input, config),
            reach: Reach::of(input.impact),
            harms: harms(input, weights),
        }
    }

    /// The riskiest harm of each cause in each environment, the riskiest first.
    pub(crate) fn causes(&self, scope: &Scope<'_>) -> Vec<CauseRisk> {
        let mut groups: BTreeMap<(&str, Effect), Vec<&Harm<'a>>> = BTreeMap::new();
        for harm in self.harms.iter().filter(|h| h.counts(scope)) {
            groups.entry((&harm.cause, harm.effect)).or_default().push(harm);
        }
        let mut worst: BTreeMap<(&str, &str), CauseRisk> = BTreeMap::new();
        for ((cause, effect), harms) in &groups {
            let all =
                harms.iter().flat_map(|h| &h.clusters).filter(|c| scope.clusters.contains(*c));
            for (environment, clusters) in self.fleet.by_environment(all) {
                let place = self.place(environment, *effect, &clusters, harms);
                for harm in harms {
                    let own: BTreeSet<&str> =
                        harm.clusters.intersection(&clusters).copied().collect();
                    if own.is_empty() {
                        continue;
                    }
                    let risk = self.risk(harm, &place, &own);
                    let known = worst.entry((cause, environment)).or_insert_with(|| risk.clone());
                    if risk.score > known.score {
                        *known = risk;
                    }
                }
            }
        }
        let mut causes: Vec<CauseRisk> = worst.into_values().collect();
        causes.sort_by_key(|c| std::cmp::Reverse(c.score));
        causes
    }

    fn place<'b>(
        &self,
        environment: &'b str,
        effect: Effect,
        clusters: &BTreeSet<&str>,
        harms: &[&Harm<'_>],
    ) -> Place<'b> {
        let here = harms.iter().filter(|h| !h.clusters.is_disjoint(clusters));
        let objects: BTreeSet<&ObjectKey> = here.filter_map(|h| h.object).collect();
        let reached = self.reach.from(&objects, effect, clusters);
        Place { environment, objects: objects.len(), reached }
    }

    fn risk(&self, harm: &Harm<'_>, place: &Place<'_>, clusters: &BTreeSet<&str>) -> CauseRisk {
        let fingerprint = harm.finding.map(|f| f.fingerprint.as_str());
        let evidenced = fingerprint.and_then(|f| self.input.mitigations.get(f));
        let others = place.objects.saturating_sub(1);
        let factors = Factors {
            classes: harm.classes,
            victims: (place.reached + others).max(1),
            victims_label: victims_label(place.reached, others),
            clusters: self.fleet.at_once(clusters),
            environment: place.environment,
            critical: harm.object.is_some_and(|o| is_critical(o, self.config)),
            unreached: self.fleet.is_unreached(clusters),
            mitigations: evidenced
                .into_iter()
                .flatten()
                .filter_map(|id| self.weights.mitigation(id))
                .collect(),
            finding: fingerprint,
        };
        let reasons = factors.reasons(self.weights);
        CauseRisk {
            cause: harm.cause.clone(),
            environment: place.environment.to_owned(),
            label: harm.label.clone(),
            score: score(&reasons, self.weights.scale),
            reasons,
            lowers: lowers(&factors, self.weights),
        }
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
