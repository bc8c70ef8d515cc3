//! The engine on the change turned around: what a revert would not bring back.

use gitops_model::{Change, ClusterState, Finding, Unrestored};
use gitops_recovery::VERDICTS;
use gitops_rules::{Facts, Pair, State};
use rayon::prelude::*;

use super::{Analysis, Step};

impl Analysis {
    /// What a revert would not restore. What waits already comes with or without the change.
    pub(super) fn rollback(
        &self,
        steps: &[Step],
        pairs: &[Pair<'_>],
        findings: &[Finding],
    ) -> Vec<Unrestored> {
        let mut all = gitops_recovery::rollback(pairs, findings, &self.reversed(steps));
        for Unrestored { key, effect, clusters, .. } in &mut all {
            let waiting =
                steps.iter().filter(|s| s.effect == Some(*effect) && s.waits.contains(key));
            for step in waiting {
                clusters.remove(&step.after.cluster.name);
            }
        }
        all.retain(|unrestored| !unrestored.clusters.is_empty());
        all
    }

    /// What becomes of the writes of a revert.
    fn reversed(&self, steps: &[Step]) -> Vec<Finding> {
        let turned = |step: &'_ Step| -> Option<Vec<Change>> {
            let before = step.before.as_ref().filter(|_| !step.changes.is_empty())?;
            Some(gitops_compare::compare(&step.after, before))
        };
        let turned: Vec<_> = steps.par_iter().map(turned).collect();
        let both = steps
            .iter()
            .zip(&turned)
            .filter_map(|(step, changes)| Some((step, step.before.as_ref()?, changes.as_ref()?)));
        let version = |c: &ClusterState| c.cluster.version.unwrap_or(self.settings.version);
        let pairs: Vec<Pair<'_>> = both
            .map(|(step, before, changes)| Pair {
                before: Some(State::new(&step.after, version(&step.after))),
                after: State::new(before, version(before)),
                changes,
                effect: step.effect,
                mode: self.settings.mode,
            })
            .collect();
        let facts = Facts {
            pairs: &pairs,
            problems: &[],
            config: &self.settings.config,
            sources: &self.sources,
            touched: &|_| false,
            today: self.today,
            pedantic: false,
            holds: &|_, _| true,
        };
        gitops_rules::gather(gitops_rules::check_only(&facts, VERDICTS), &self.sources)
    }
}
