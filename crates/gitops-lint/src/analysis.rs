//! Two states in, one report out: the verbs of the other crates, run in order.

mod changes;
mod clusters;
mod impact;
mod paired;
mod plan;
mod rollback;
mod survey;
mod unchecked;

use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use std::sync::OnceLock;

use gitops_config::Date;
use gitops_fleet::{Memo, World, follow};
use gitops_model::{Change, ClusterState, Effect, Finding, Problem, Report, Unchecked};
use gitops_rules::{Facts, Pair, State};
use gitops_yaml::{SmolStr, Sources};
use rayon::prelude::*;

use self::paired::pairs;
use crate::cli::Reading;
use crate::exit::Stop;
use crate::settings::Settings;
use crate::states::{Moment, States};
use crate::touched::Touched;

/// Everything that a run reads, and the verbs run over it.
pub(crate) struct Analysis {
    pub(crate) states: States,
    pub(crate) settings: Settings,
    /// Kept until the program ends, which frees them at once.
    pub(crate) sources: ManuallyDrop<Sources>,
    /// What was rendered, kept likewise.
    pub(crate) memo: ManuallyDrop<Memo>,
    /// Whether rules of taste speak.
    pub(crate) pedantic: bool,
    /// The date, for suppressions that expire.
    pub(crate) today: Option<Date>,
    /// Only these clusters; all where it is empty.
    pub(crate) clusters: Vec<String>,
    /// Whether clusters that the change cannot reach are rendered, too.
    pub(crate) follow_all: bool,
    /// The roots that are clusters of their own before or with the change.
    pub(crate) alone: OnceLock<BTreeSet<SmolStr>>,
}

/// One cluster at two moments, and what differs.
struct Step {
    before: Option<ClusterState>,
    after: ClusterState,
    changes: Vec<Change>,
    effect: Option<Effect>,
}

/// What of a change reaches no cluster that is known.
struct Untold {
    problems: Vec<Problem>,
    unchecked: Vec<Unchecked>,
}

impl Analysis {
    /// Reads the settings; every cluster is looked at, with the rules that everyone wants to hear.
    pub(crate) fn new(mut states: States, reading: &Reading) -> Result<Self, Stop> {
        let (sources, memo) = <(ManuallyDrop<Sources>, _)>::default();
        let settings = Settings::read(reading, &mut states, &sources)?;
        let (pedantic, today, clusters, follow_all, alone) = Default::default();
        Ok(Self { states, settings, sources, memo, pedantic, today, clusters, follow_all, alone })
    }

    /// What every cluster is given at a moment.
    pub(crate) fn fleet(&self, moment: Moment) -> Vec<ClusterState> {
        let mut fleet = self.at(moment, &|_| false, follow);
        fleet.retain(|c| self.is_wanted(c));
        fleet
    }

    /// Looks at a moment; `deferred` are the clusters of which no more is rendered than it takes to know what
    /// they follow.
    fn at<T>(
        &self,
        moment: Moment,
        deferred: &(dyn Fn(&str) -> bool + Sync),
        look: impl FnOnce(&World<'_>) -> T,
    ) -> T {
        look(&World {
            tree: self.states.entries(moment),
            sources: &self.sources,
            memo: &self.memo,
            trees: &self.states.at(moment),
            config: &self.settings.config,
            urls: &self.states.urls(),
            target_branch: self.states.target(),
            deferred,
        })
    }

    fn is_wanted(&self, state: &ClusterState) -> bool {
        self.clusters.is_empty() || self.clusters.iter().any(|n| *n == state.cluster.name)
    }

    /// What was discovered in one state, and what went wrong on the way.
    pub(crate) fn overview(&self) -> (Report, Vec<Problem>) {
        let steps: Vec<Step> = self.fleet(Moment::Merged).into_iter().map(Step::alone).collect();
        let mut problems = self.settings.problems.clone();
        for problem in steps.iter().flat_map(|s| &s.after.problems) {
            if !problems.contains(problem) {
                problems.push(problem.clone());
            }
        }
        let clusters = clusters::reports(&steps, &[], self);
        let unchecked = unchecked::of(&steps);
        (Report { rules: rules(), clusters, unchecked, ..Report::default() }, problems)
    }

    /// What is wrong in one state.
    pub(crate) fn check(&self) -> Report {
        let steps: Vec<Step> = self.fleet(Moment::Merged).into_iter().map(Step::alone).collect();
        let pairs = self.all_pairs(&steps);
        let findings = self.findings(&pairs, []);
        let mut unchecked = unchecked::of(&steps);
        unchecked.extend(gitops_rules::unvalidated(&pairs));
        unchecked.extend(gitops_rules::unevaluated(&pairs));
        let clusters = clusters::reports(&steps, &findings, self);
        Report { rules: rules(), clusters, findings, unchecked, ..Report::default() }
    }

    /// What the change does.
    ///
    /// # Errors
    /// When the arguments name clusters or sources that are not there.
    pub(crate) fn diff(&self) -> Result<Report, Stop> {
        let (steps, Untold { problems, unchecked }) = self.steps()?;
        let pairs = self.all_pairs(&steps);
        let (base, head) = (&*self.states.base, &*self.states.head);
        let problems = gitops_config::change(base, head, &self.sources).into_iter().chain(problems);
        let findings = self.findings(&pairs, problems);
        let mut report = self.report(&steps, &pairs, findings);
        report.unchecked.extend(unchecked.into_iter().map(unchecked::with_files));
        Ok(report)
    }

    /// Every cluster before and after, now and at its next promotion; and what of the change reaches none.
    fn steps(&self) -> Result<(Vec<Step>, Untold), Stop> {
        let [before, merged] = self.surveys([Moment::Before, Moment::Merged]);
        // Of clusters that were not asked for nothing is known.
        if self.clusters.is_empty() {
            self.states.check(merged.outline())?;
        }
        let pinned = |s: &gitops_model::Source| s.here && !self.states.follows_target(&s.tracks);
        let waits = merged.outline().iter().any(|c| c.sources.iter().any(pinned));
        let mut reached = before.differing(&merged);
        let later = waits.then(|| self.surveys([Moment::Overdue, Moment::Promoted]));
        if let Some([overdue, promoted]) = &later {
            reached.extend(overdue.differing(promoted));
        }
        let (base, head) = (&*self.states.base, &*self.states.head);
        let (gone, new) = (before.changed(base, head), merged.changed(head, base));
        let mut untold = Untold { problems: self.unlisted(&merged, &new), unchecked: Vec::new() };
        let [before, merged] = [before, merged].map(|s| self.complete(s, &reached));
        let later = later.map(|surveys| surveys.map(|s| self.complete(s, &reached)));
        let promoted = later.iter().flat_map(|[_, promoted]| promoted);
        // Of clusters that were not asked for nobody knows what they are given.
        if self.clusters.is_empty() {
            let states: Vec<_> = before.iter().chain(&merged).chain(promoted).collect();
            let sources = &self.sources;
            untold.problems.extend(gitops_fleet::unapplied(&gone, &new, sources, &states));
            untold.unchecked = gitops_fleet::uninstalled(&gone, &new, sources, &states);
        }
        let Some([overdue, promoted]) = later else {
            return Ok((self.judged(pairs(before, merged, Effect::Now, head)), untold));
        };
        let mut steps = pairs(before, merged.clone(), Effect::Now, head);
        let queued = pairs(merged, promoted, Effect::Queued, head);
        steps.extend(queued.into_iter().filter(|step| step.is_news(&overdue)));
        Ok((self.judged(steps), untold))
    }

    /// The steps, with what of their changes cannot be judged.
    fn judged(&self, mut steps: Vec<Step>) -> Vec<Step> {
        for step in &mut steps {
            let unjudged = gitops_rules::unjudged(&self.pair(step));
            step.after.unchecked.extend(unjudged);
        }
        steps
    }

    fn pair<'s>(&self, step: &'s Step) -> Pair<'s> {
        let version = |c: &ClusterState| c.cluster.version.unwrap_or(self.settings.version);
        Pair {
            before: step.before.as_ref().map(|c| State::new(c, version(c))),
            after: State::new(&step.after, version(&step.after)),
            changes: &step.changes,
            effect: step.effect,
            mode: self.settings.mode,
        }
    }

    /// The steps as rules see them. How the objects of those that change hang together is asked by many
    /// rules in turn, so it is worked out for all clusters at once.
    fn all_pairs<'s>(&self, steps: &'s [Step]) -> Vec<Pair<'s>> {
        let pair = |step: &'s Step| {
            let pair = self.pair(step);
            if step.before.is_none() || !step.changes.is_empty() {
                for state in pair.before.iter().chain([&pair.after]) {
                    let _ = state.graph();
                }
            }
            pair
        };
        steps.par_iter().map(pair).collect()
    }

    /// `change` is what is wrong with the change as a whole.
    fn findings(
        &self,
        pairs: &[Pair<'_>],
        change: impl IntoIterator<Item = Problem>,
    ) -> Vec<Finding> {
        let problems: Vec<Problem> =
            change.into_iter().chain(self.settings.problems.iter().cloned()).collect();
        let config = &self.settings.config;
        let touched = Touched::new(&*self.states.base, &*self.states.head, &self.sources);
        let facts = Facts {
            pairs,
            problems: &problems,
            config,
            sources: &self.sources,
            touched: &|span| touched.contains(span),
            today: self.today,
            pedantic: self.pedantic,
            holds: &|older, newer| self.states.holds(older, newer),
        };
        gitops_rules::gather(gitops_rules::check(&facts), &self.sources)
    }

    fn report(&self, steps: &[Step], pairs: &[Pair<'_>], findings: Vec<Finding>) -> Report {
        let clusters = clusters::reports(steps, &findings, self);
        let changes = changes::reports(steps, &findings);
        let impact = impact::of(pairs, &findings);
        let input = gitops_gate::Input {
            sources: &self.sources,
            clusters: &clusters,
            changes: &changes,
            findings: &findings,
            impact: &impact,
            unchecked: &unchecked::by_cluster(steps),
            mitigations: &gitops_recovery::mitigations(pairs, &findings),
        };
        let config = &self.settings.config;
        let risk = gitops_gate::weigh(&input, config);
        let gate = gitops_gate::decide(&input, config);
        let ways = gitops_recovery::plan(&self.recovery(pairs), findings.iter()).plan.ways;
        let rollback = self.rollback(steps, pairs, &findings);
        let mut unchecked = unchecked::of(steps);
        unchecked.extend(gitops_rules::unevaluated(pairs));
        let rules = rules();
        Report { rules, clusters, changes, findings, impact, risk, gate, ways, rollback, unchecked }
    }
}

impl Step {
    /// Whether there is anything to tell: one state alone always has, two only if they differ.
    fn differs(&self) -> bool {
        self.before.as_ref().is_none_or(|before| {
            !self.changes.is_empty()
                || before.problems != self.after.problems
                || before.unchecked != self.after.unchecked
        })
    }

    /// Whether a promotion would bring something that it would not bring without the change under review.
    fn is_news(&self, overdue: &[ClusterState]) -> bool {
        let name = &self.after.cluster.name;
        let without = overdue.iter().find(|c| c.cluster.name == *name);
        without.is_none_or(|c| {
            let known = |p: &Problem| c.problems.iter().any(|q| q.message == p.message);
            !self.after.problems.iter().all(known)
                || !gitops_compare::compare(c, &self.after).is_empty()
        })
    }

    fn alone(after: ClusterState) -> Self {
        Self { before: None, after, changes: Vec::new(), effect: None }
    }
}

fn rules() -> Vec<gitops_model::RuleMeta> {
    gitops_rules::RULES.iter().map(|r| r.meta).collect()
}
