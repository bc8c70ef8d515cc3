//! One cluster at two moments.

use std::collections::BTreeSet;

use gitops_model::{Change, ClusterState, Effect, ObjectKey, Problem};

/// One cluster at two moments, and what differs.
pub(super) struct Step {
    pub(super) before: Option<ClusterState>,
    pub(super) after: ClusterState,
    pub(super) changes: Vec<Change>,
    pub(super) effect: Option<Effect>,
    /// What changes in the same way without the change under review.
    pub(super) waits: BTreeSet<ObjectKey>,
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
    pub(super) fn is_news(&self, overdue: &[ClusterState]) -> bool {
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
