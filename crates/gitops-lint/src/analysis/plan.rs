//! The way out of a change, each step run through the engine.

use std::collections::BTreeSet;
use std::sync::Arc;

use gitops_fleet::{Fleet, SourceTree, SourceTrees, World};
use gitops_model::{
    Act, Apply, ClusterState, Deployed, Effect, Finding, ObjectKey, Plan, Proof, SourceRef, Tracks,
    Tree,
};
use gitops_recovery::{Input, Route, State};
use gitops_rules::Pair;

use super::Analysis;
use super::paired::pairs;
use super::steps::Steps;
use crate::exit::Stop;

impl Analysis {
    /// The way out of the findings that are wanted, and all findings.
    ///
    /// # Errors
    /// When the arguments name clusters or sources that are not there.
    pub(crate) fn plan(
        &self,
        wanted: &dyn Fn(&Finding) -> bool,
    ) -> Result<(Plan, Vec<Finding>), Stop> {
        let Steps { all, without, .. } = self.steps()?;
        let (pairs, without) = (self.all_pairs(&all), self.all_pairs(&without));
        let findings = self.findings(&pairs, &without, []);
        let wanted = findings.iter().filter(|f| wanted(f));
        let mut route = gitops_recovery::plan(&self.recovery(&pairs), wanted);
        self.prove(&mut route);
        Ok((route.plan, findings))
    }

    /// What the way out is made of.
    pub(super) fn recovery<'a>(&'a self, pairs: &'a [Pair<'a>]) -> Input<'a> {
        let (base, head) = (&self.states.base, &self.states.head);
        Input { sources: &self.sources, base, head, pairs }
    }

    /// Runs the engine between each step and the next, on all clusters at once: what a step refuses,
    /// recreates or loses without saying so stands in its way.
    fn prove(&self, route: &mut Route) {
        let is_commit = |act: &Act| matches!(act, Act::Commit { .. });
        if !route.plan.steps.iter().any(|step| is_commit(&step.act)) {
            return;
        }
        let wanted = self.everywhere(&self.states.head);
        let mut before = Some(self.everywhere(&self.states.base));
        for (step, state) in route.plan.steps.iter_mut().zip(&route.states) {
            if !is_commit(&step.act) {
                continue;
            }
            let after = state.tree.as_ref().map(|tree| self.everywhere(tree));
            step.proof = match (before, &after) {
                (Some(before), Some(after)) => self.holds(before, after, state, &wanted),
                _ => Proof::Unknown,
            };
            before = after;
        }
    }

    /// What every cluster would be given if every source of this repository gave these files.
    fn everywhere(&self, tree: &Arc<dyn Tree>) -> Vec<ClusterState> {
        let world = World {
            tree,
            sources: &self.sources,
            memo: &self.memo,
            trees: &Everywhere(tree),
            config: &self.settings.config,
            urls: &self.states.urls(),
            target_branch: self.states.target(),
            deferred: &|_| false,
        };
        let fleet = Fleet::of(&world);
        self.alone.get().into_iter().fold(fleet, Fleet::beside).follow(&world)
    }

    fn holds(
        &self,
        mut before: Vec<ClusterState>,
        after: &[ClusterState],
        state: &State,
        wanted: &[ClusterState],
    ) -> Proof {
        for unit in before.iter_mut().flat_map(|c| &mut c.units) {
            Arc::make_mut(&mut unit.resources).retain(|o| !state.deleted.contains(&o.key));
        }
        let kept: BTreeSet<&ObjectKey> =
            wanted.iter().flat_map(ClusterState::objects).map(|(_, o)| &o.key).collect();
        let tree = state.tree.as_deref().unwrap_or(&*self.states.head);
        let steps = pairs(before, after.to_vec(), Effect::Now, tree);
        let pairs = self.all_pairs(&steps);
        let mut wrong = self.refused(&pairs, state);
        for pair in &pairs {
            let lost = gitops_rules::deleted(pair).map(|object| &object.key);
            let lost = lost.filter(|k| kept.contains(k) && !state.interrupted.contains(*k));
            wrong.extend(lost.map(|key| format!("`{key}` is removed")));
        }
        wrong.sort();
        wrong.dedup();
        if wrong.is_empty() { Proof::Holds } else { Proof::Fails(wrong) }
    }

    fn refused(&self, pairs: &[Pair<'_>], state: &State) -> Vec<String> {
        let stands = |f: &Finding| {
            let key = f.object.as_ref().map(|(_, key)| key);
            let said = key.is_some_and(|k| state.interrupted.contains(k));
            match f.apply {
                Some(Apply::Rejected) => true,
                Some(Apply::Recreated | Apply::DataLoss) => !said,
                Some(Apply::Accepted) | None => f.rule == "render-failed" || f.rule == "prune-all",
            }
        };
        let findings = self.findings(pairs, &[], []);
        findings.into_iter().filter(stands).map(|f| f.message).collect()
    }
}

/// Every source gives the same files.
struct Everywhere<'a>(&'a Arc<dyn Tree>);

impl SourceTrees for Everywhere<'_> {
    fn tree(&self, _: &str, _: &SourceRef, _: Option<&str>, _: &Tracks) -> SourceTree {
        SourceTree::Here { tree: self.0.clone(), revision: None, deployed: Deployed::Assumed }
    }
}
