//! What is compared with what: every cluster before and after the change, now and at its next promotion.

use std::collections::BTreeSet;

use gitops_model::{Change, ClusterState, Effect, ObjectKey, Problem, Unchecked};
use gitops_yaml::SmolStr;

use super::paired::pairs;
use super::{Analysis, backlog};
use crate::exit::Stop;
use crate::states::Moment;

/// One cluster at two moments, and what differs.
pub(super) struct Step {
    pub(super) before: Option<ClusterState>,
    pub(super) after: ClusterState,
    pub(super) changes: Vec<Change>,
    pub(super) effect: Option<Effect>,
    /// What changes in the same way without the change under review.
    pub(super) waits: BTreeSet<ObjectKey>,
}

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
        for step in &mut steps {
            let unjudged = gitops_rules::unjudged(&self.pair(step));
            step.after.unchecked.extend(unjudged);
        }
        steps
    }
}

impl Step {
    /// Whether there is anything to tell: one state alone always has, two only if they differ.
    pub(super) fn differs(&self) -> bool {
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

    pub(super) fn alone(after: ClusterState) -> Self {
        let (changes, waits) = Default::default();
        Self { before: None, after, changes, effect: None, waits }
    }
}
