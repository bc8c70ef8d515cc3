//! How far a change may go: one answer for every wave.

use std::collections::{BTreeMap, BTreeSet};

use gitops_config::{Config, Wave};
use gitops_model::{
    ClusterReport, Effect, Environment, Finding, Gate, GateDecision, Tracks, WaveDecision, WaveGate,
};
use gitops_yaml::SmolStr;

use crate::Input;
use crate::causes::Weigher;
use crate::critical::is_critical;
use crate::factors::combine;
use crate::harm::Scope;
use crate::table::{Barrier, Weights};

/// The score from which a wave needs an approval, unless configured.
const APPROVAL_FROM: u8 = 30;

/// Which wave may take the change. Without configured waves, all clusters are one.
#[must_use]
pub fn decide(input: &Input<'_>, config: &Config) -> Gate {
    let weights = Weights::of(&config.risk);
    let weigher = Weigher::new(input, config, &weights);
    let cx = Context { input, config, weights: &weights, weigher, plans: plans(input, config) };
    let waves: Vec<WaveGate> = (0..cx.plans.len()).map(|place| cx.wave(place)).collect();
    let worst = waves.iter().map(|w| w.decision).max();
    let decision = match worst {
        Some(WaveDecision::Blocked) => GateDecision::Block,
        Some(WaveDecision::Held) => GateDecision::Hold,
        _ => GateDecision::Pass,
    };
    Gate { decision, waves }
}

/// One wave and its clusters.
struct Plan<'a> {
    name: &'a str,
    wave: Option<&'a Wave>,
    clusters: Vec<&'a ClusterReport>,
}

/// The configured waves in order, then one for clusters that change and are in none.
fn plans<'a>(input: &Input<'a>, config: &'a Config) -> Vec<Plan<'a>> {
    let members = |place: Option<usize>| {
        let of = |c: &&ClusterReport| config.wave_of(&c.cluster.name).map(|(p, _)| p) == place;
        input.clusters.iter().filter(of).collect::<Vec<_>>()
    };
    let waves = config.waves.iter().enumerate();
    let mut plans: Vec<Plan<'a>> = waves
        .map(|(place, wave)| Plan {
            name: &wave.name.value,
            wave: Some(wave),
            clusters: members(Some(place)),
        })
        .collect();
    let mut rest = members(None);
    if config.waves.is_empty() {
        plans.push(Plan { name: "all", wave: None, clusters: rest });
        return plans;
    }
    rest.retain(|c| changes(input, &c.cluster.name));
    if !rest.is_empty() {
        plans.push(Plan { name: "unassigned", wave: None, clusters: rest });
    }
    plans
}

fn changes(input: &Input<'_>, cluster: &SmolStr) -> bool {
    input.changes.iter().any(|c| c.effect != Effect::Never && c.clusters.contains(cluster))
}

struct Context<'a> {
    input: &'a Input<'a>,
    config: &'a Config,
    weights: &'a Weights,
    weigher: Weigher<'a>,
    plans: Vec<Plan<'a>>,
}

/// The strictest decision so far, and all that was said on the way.
struct Verdict {
    decision: WaveDecision,
    because: Vec<(WaveDecision, String)>,
}

impl Verdict {
    fn say(&mut self, decision: WaveDecision, why: String) {
        self.decision = self.decision.max(decision);
        if !self.because.iter().any(|(_, said)| *said == why) {
            self.because.push((decision, why));
        }
    }
}

impl Context<'_> {
    fn wave(&self, place: usize) -> WaveGate {
        let plan = &self.plans[place];
        let score = self.score(plan, false);
        let mut verdict = Verdict { decision: WaveDecision::Allowed, because: Vec::new() };
        let (now, queued) = (self.touches(plan, Effect::Now), self.touches(plan, Effect::Queued));
        if now {
            self.barriers(plan, &mut verdict);
            self.limit(plan, score, &mut verdict);
            self.order(place, &mut verdict);
            self.approval(place, score, &mut verdict);
        } else if queued {
            self.queued(place, &mut verdict);
        }
        self.unchecked(plan, &mut verdict);
        if !now && !queued && verdict.because.is_empty() {
            verdict.say(WaveDecision::Allowed, "nothing changes here".into());
        }
        // What decides is said first.
        verdict.because.sort_by_key(|(decision, _)| std::cmp::Reverse(*decision));
        WaveGate {
            name: plan.name.into(),
            clusters: plan.clusters.iter().map(|c| c.cluster.name.clone()).collect(),
            score,
            decision: verdict.decision,
            wait_time: plan.wave.and_then(|w| w.wait_time.as_ref()).map(ToString::to_string),
            because: verdict.because.into_iter().map(|(_, why)| why).collect(),
        }
    }

    /// The risk of what reaches a wave on merge, or at its next promotion too.
    fn score(&self, plan: &Plan<'_>, queued: bool) -> u8 {
        let clusters = names(plan);
        let scope = Scope { clusters, queued, suppressed: false };
        combine(self.weigher.causes(&scope).iter().map(|c| c.score))
    }

    fn touches(&self, plan: &Plan<'_>, effect: Effect) -> bool {
        let clusters = names(plan);
        let changes = self.input.changes.iter().filter(|c| c.effect == effect);
        changes.flat_map(|c| &c.clusters).any(|c| clusters.contains(c.as_str()))
            || self.findings(plan, effect).next().is_some()
    }

    /// The findings that count on a wave at one time.
    fn findings<'b>(
        &'b self,
        plan: &'b Plan<'_>,
        effect: Effect,
    ) -> impl Iterator<Item = &'b Finding> {
        let counts = move |f: &&Finding| f.suppressed.is_none() && f.effect == Some(effect);
        self.input
            .findings
            .iter()
            .filter(counts)
            .filter(|f| plan.clusters.iter().any(|c| f.clusters.contains(&c.cluster.name)))
    }

    /// What no score averages away.
    fn barriers(&self, plan: &Plan<'_>, verdict: &mut Verdict) {
        let mut stuck = BTreeSet::new();
        for finding in self.findings(plan, Effect::Now) {
            let production = plan.clusters.iter().any(|c| {
                finding.clusters.contains(&c.cluster.name)
                    && weighs_as_production(&c.cluster.environment)
            });
            let mitigated =
                self.input.mitigations.get(&finding.fingerprint).is_some_and(|m| !m.is_empty());
            match self.weights.barrier(finding) {
                Some(Barrier::Hold) => verdict.say(WaveDecision::Held, finding.message.clone()),
                Some(Barrier::Stop) => verdict.say(WaveDecision::Blocked, stop(finding)),
                Some(Barrier::StopInProduction) if production && !mitigated => {
                    verdict.say(WaveDecision::Blocked, stop(finding));
                }
                Some(Barrier::Ask) => stuck.extend(finding.objects()),
                Some(Barrier::StopInProduction) | None => {}
            }
        }
        if let Some(first) = stuck.first() {
            let more = match stuck.len() - 1 {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let why = format!("the API server refuses `{first}`{more}: reconciliation stops here");
            verdict.say(WaveDecision::NeedsApproval, why);
        }
    }

    fn limit(&self, plan: &Plan<'_>, score: u8, verdict: &mut Verdict) {
        let limit = max_score(plan);
        if score > limit {
            verdict.say(
                WaveDecision::Blocked,
                format!("a risk of {score} is above its limit of {limit}"),
            );
        }
    }

    /// A wave comes after the earlier ones that take the change, unless it follows the same reference as
    /// one of them: then both take it together.
    fn order(&self, place: usize, verdict: &mut Verdict) {
        let plan = &self.plans[place];
        let takes = |p: &&Plan<'_>| self.touches(p, Effect::Now) || self.touches(p, Effect::Queued);
        let earlier: Vec<&Plan<'_>> = self.plans[..place].iter().filter(takes).collect();
        let together = earlier.iter().find_map(|other| Some((other, shared(plan, other)?)));
        if let Some((other, (reference, one, another))) = together {
            let why = format!(
                "cannot wait for wave `{}`: `{one}` and `{another}` both follow {reference}",
                other.name
            );
            verdict.say(WaveDecision::Held, why);
            return;
        }
        match earlier.last() {
            Some(before) => {
                let soak = before.wave.and_then(|w| w.wait_time.as_ref());
                let soak = soak.map_or_else(String::new, |t| format!(", which soaks {t}"));
                verdict
                    .say(WaveDecision::AfterSoak, format!("follows wave `{}`{soak}", before.name));
            }
            None if place > 0 => {
                verdict.say(WaveDecision::Allowed, "no earlier wave tries this change".into())
            }
            None => {}
        }
    }

    fn approval(&self, place: usize, score: u8, verdict: &mut Verdict) {
        let plan = &self.plans[place];
        if let Some(approval) = plan.wave.and_then(|w| w.approval.as_ref()) {
            let people = if approval.count == 1 {
                "one approval".into()
            } else {
                format!("{} approvals", approval.count)
            };
            let teams: Vec<&str> = approval.teams.iter().map(AsRef::as_ref).collect();
            let of = if teams.is_empty() {
                String::new()
            } else {
                format!(" of {}", teams.join(" or "))
            };
            verdict.say(WaveDecision::NeedsApproval, format!("asks for {people}{of}"));
        }
        let from = self.config.risk.approval_from.unwrap_or(APPROVAL_FROM);
        if (from..=max_score(plan)).contains(&score) {
            verdict.say(
                WaveDecision::NeedsApproval,
                format!("a risk of {score} needs an approval (from {from})"),
            );
        }
        self.critical(plan, verdict);
    }

    /// A critical component wants to be tried elsewhere first.
    fn critical(&self, plan: &Plan<'_>, verdict: &mut Verdict) {
        if self.plans.len() > 1 {
            return;
        }
        let clusters = names(plan);
        let now = self.input.changes.iter().filter(|c| c.effect == Effect::Now);
        let mut here = now.filter(|c| c.clusters.iter().any(|c| clusters.contains(c.as_str())));
        if let Some(change) = here.find(|c| is_critical(&c.key, self.config)) {
            let why = format!(
                "{} is a critical component, and no earlier wave tries the change",
                change.key
            );
            verdict.say(WaveDecision::NeedsApproval, why);
        }
    }

    /// A wave that takes the change at its next promotion.
    fn queued(&self, place: usize, verdict: &mut Verdict) {
        let plan = &self.plans[place];
        let followed = follows(plan);
        let score = self.score(plan, true);
        let queued = format!("queued until {followed} moves; its risk is {score} then");
        self.order(place, verdict);
        verdict.say(WaveDecision::Allowed, queued);
        if score > max_score(plan) {
            let why = format!("its promotion would be above its limit of {}", max_score(plan));
            verdict.say(WaveDecision::NeedsApproval, why);
        }
        for finding in self.findings(plan, Effect::Queued) {
            if matches!(
                self.weights.barrier(finding),
                Some(Barrier::Stop | Barrier::StopInProduction)
            ) {
                verdict.say(
                    WaveDecision::NeedsApproval,
                    format!("its promotion would stop: {}", finding.message),
                );
            }
        }
        self.approval(place, score, verdict);
    }

    /// What is not known holds a wave where it changed.
    fn unchecked(&self, plan: &Plan<'_>, verdict: &mut Verdict) {
        let clusters = names(plan);
        let here =
            self.input.unchecked.iter().filter(|(c, u)| u.changed && clusters.contains(c.as_str()));
        for (_, unchecked) in here {
            verdict.say(
                WaveDecision::Held,
                format!("{} changed and is not checked: {}", unchecked.what, unchecked.why),
            );
        }
        if plan.wave.is_none() && !self.config.waves.is_empty() && self.touches(plan, Effect::Now) {
            // A root that no entry point reaches is no cluster that a wave could name.
            let decision = match plan.clusters.iter().any(|c| c.cluster.reached) {
                true => WaveDecision::Held,
                false => WaveDecision::Allowed,
            };
            verdict.say(decision, "in no wave".into());
        }
    }
}

fn stop(finding: &Finding) -> String {
    format!("{}: {}", finding.rule, finding.message)
}

fn names<'a>(plan: &Plan<'a>) -> BTreeSet<&'a str> {
    plan.clusters.iter().map(|c| c.cluster.name.as_str()).collect()
}

fn max_score(plan: &Plan<'_>) -> u8 {
    plan.wave.map_or(Wave::MAX_SCORE, |w| w.max_score)
}

fn weighs_as_production(environment: &Environment) -> bool {
    !matches!(environment, Environment::Dev | Environment::Staging)
}

/// A reference by which the change reaches clusters of both waves, and one cluster of each.
fn shared(plan: &Plan<'_>, other: &Plan<'_>) -> Option<(String, SmolStr, SmolStr)> {
    let followed = references(other);
    let both = references(plan)
        .into_iter()
        .find_map(|(r, cluster)| Some((followed.get(&r)?.clone(), cluster, r)));
    both.map(|(another, one, reference)| (reference, one, another))
}

/// The references of this repository by which a change reaches a wave, each with a cluster. A commit
/// does not move, so nothing takes a change by it together with another one.
fn references(plan: &Plan<'_>) -> BTreeMap<String, SmolStr> {
    let sources = plan.clusters.iter().flat_map(|c| c.sources.iter().map(|s| (s, &c.cluster.name)));
    sources
        .filter(|(s, _)| s.source.here && s.effect.is_some_and(|e| e != Effect::Never))
        .filter(|(s, _)| !matches!(s.source.tracks, Tracks::Commit(_) | Tracks::External(_)))
        .map(|(s, name)| (reference(&s.source.tracks), name.clone()))
        .collect()
}

fn reference(tracks: &Tracks) -> String {
    format!("{} `{}`", tracks.kind(), tracks.reference())
}

fn follows(plan: &Plan<'_>) -> String {
    let queued =
        plan.clusters.iter().flat_map(|c| &c.sources).filter(|s| s.effect == Some(Effect::Queued));
    let mut references: Vec<String> = queued.map(|s| reference(&s.source.tracks)).collect();
    references.sort();
    references.dedup();
    if references.is_empty() { "what it follows".into() } else { references.join(" or ") }
}
