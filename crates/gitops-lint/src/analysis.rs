//! Two states in, one report out: the verbs of the other crates, run in order.

mod backlog;
mod changes;
mod clusters;
mod impact;
mod paired;
mod plan;
mod rollback;
mod step;
mod steps;
mod survey;
mod unchecked;

use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use std::sync::OnceLock;

use gitops_config::Date;
use gitops_fleet::{Memo, World, follow};
use gitops_model::{ClusterState, Finding, Problem, Report};
use gitops_rules::{Facts, Pair, State};
use gitops_yaml::{SmolStr, Sources};
use rayon::prelude::*;

use self::step::Step;
use self::steps::{Steps, Untold};
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
        let findings = self.findings(&pairs, &[], []);
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
        let Steps { all, without, untold: Untold { problems, unchecked } } = self.steps()?;
        let (pairs, without) = (self.all_pairs(&all), self.all_pairs(&without));
        let (base, head) = (&*self.states.base, &*self.states.head);
        let problems = gitops_config::change(base, head, &self.sources).into_iter().chain(problems);
        let findings = self.findings(&pairs, &without, problems);
        let mut report = self.report(&all, &pairs, findings);
        report.unchecked.extend(unchecked.into_iter().map(unchecked::with_files));
        Ok(report)
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

    /// `without` are promotions without the change under review: what is found there is no news. `change` is what is
    /// wrong with the change as a whole.
    fn findings(
        &self,
        pairs: &[Pair<'_>],
        without: &[Pair<'_>],
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
        let mut found = gitops_rules::check(&facts);
        let known = gitops_rules::check(&Facts { pairs: without, problems: &[], ..facts });
        backlog::mark_findings(&mut found, &known);
        gitops_rules::gather(found, &self.sources)
    }

    fn report(&self, steps: &[Step], pairs: &[Pair<'_>], findings: Vec<Finding>) -> Report {
        let clusters = clusters::reports(steps, &findings, self);
        let changes = changes::reports(steps, &findings, &self.sources);
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

fn rules() -> Vec<gitops_model::RuleMeta> {
    gitops_rules::RULES.iter().map(|r| r.meta).collect()
}
