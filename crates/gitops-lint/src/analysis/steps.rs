//! What is compared with what: every cluster before and after the change, now and at its next promotion.

use gitops_model::{Effect, Problem, Unchecked};
use gitops_yaml::SmolStr;

use super::paired::pairs;
use super::step::Step;
use super::{Analysis, backlog};
use crate::exit::Stop;
use crate::states::Moment;

/// What is compared.
pub(super) struct Steps {
    /// Every cluster before and after, now and at its next promotion.
    pub(super) all: Vec<Step>,
    /// The promotions among them, without the change under review.
    pub(super) without: Vec<Step>,
    pub(super) untold: Untold,
}

/// What of a change reaches no cluster that is known.
pub(super) struct Untold {
    pub(super) problems: Vec<Problem>,
    pub(super) unchecked: Vec<Unchecked>,
}

impl Analysis {
    /// What there is to compare.
    ///
    /// # Errors
    /// When the arguments name clusters or sources that are not there.
    pub(super) fn steps(&self) -> Result<Steps, Stop> {
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
            let all = self.judged(pairs(before, merged, Effect::Now, head));
            return Ok(Steps { all, without: Vec::new(), untold });
        };
        let mut queued = pairs(merged.clone(), promoted, Effect::Queued, head);
        queued.retain(|step| step.is_news(&overdue));
        let is_queued = |name: &SmolStr| queued.iter().any(|step| step.after.cluster.name == *name);
        let mut without = pairs(before.clone(), overdue, Effect::Queued, base);
        without.retain(|step| is_queued(&step.after.cluster.name));
        backlog::note_changes(&mut queued, &without);
        let mut all = pairs(before, merged, Effect::Now, head);
        all.extend(queued);
        Ok(Steps { all: self.judged(all), without, untold })
    }

    /// The steps, with what of their changes cannot be judged.
    fn judged(&self, mut steps: Vec<Step>) -> Vec<Step> {
        for step in steps.iter_mut().filter(|step| !step.changes.is_empty()) {
            let unjudged = gitops_rules::unjudged(&self.pair(step));
            step.after.unchecked.extend(unjudged);
        }
        steps
    }
}
