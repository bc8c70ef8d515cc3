//! Runs every rule over the facts.

use std::collections::BTreeSet;

use gitops_model::{Effect, Finding, Problem, ProblemKind};

use super::{Draft, Facts, Pair, State};
use crate::{Check, Persona, RULES, Rule};

/// What every rule finds. Hand it to [`crate::gather`] next.
#[must_use]
pub fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let wanted = |r: &&Rule| facts.pedantic || r.persona == Persona::Regular;
    RULES.iter().filter(wanted).flat_map(|rule| findings(rule, facts)).collect()
}

fn findings(rule: &Rule, facts: &Facts<'_>) -> Vec<Finding> {
    let mut all = Vec::new();
    for pair in facts.pairs {
        let name = pair.after.name();
        let drafts = of_pair(rule, pair).into_iter().map(|d| d.clusters([name]));
        all.extend(drafts.map(|d| finish(rule, d, pair.effect, facts)));
    }
    let mut drafts = Vec::new();
    match rule.check {
        Check::Problem(kind) => drafts.extend(of_problems(facts.problems, kind)),
        Check::Fleet(check) => check(facts, &mut drafts),
        Check::State(_) | Check::Change(_) | Check::Pair(_) => {}
    }
    all.extend(drafts.into_iter().map(|d| finish(rule, d, None, facts)));
    all
}

fn finish(rule: &Rule, draft: Draft, effect: Option<Effect>, facts: &Facts<'_>) -> Finding {
    draft.finding(&rule.meta, effect, &facts.touched)
}

fn of_pair(rule: &Rule, pair: &Pair<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    match rule.check {
        Check::Change(check) => pair.changes.iter().for_each(|c| check(pair, c, &mut drafts)),
        Check::Pair(check) => check(pair, &mut drafts),
        Check::State(check) => {
            return brought_by(pair, |state| {
                let mut drafts = Vec::new();
                check(state, &mut drafts);
                drafts
            });
        }
        Check::Problem(kind) => {
            return brought_by(pair, |state| of_problems(&state.cluster.problems, kind).collect());
        }
        Check::Fleet(_) => {}
    }
    drafts
}

/// What is found after the change and was not before it.
fn brought_by(pair: &Pair<'_>, find: impl Fn(&State<'_>) -> Vec<Draft>) -> Vec<Draft> {
    let mut found = find(&pair.after);
    if let Some(before) = pair.before.as_ref().filter(|_| !found.is_empty()) {
        let known: BTreeSet<_> = find(before).iter().map(Draft::identity).collect();
        found.retain(|draft| !known.contains(&draft.identity()));
    }
    found
}

fn of_problems(problems: &[Problem], kind: ProblemKind) -> impl Iterator<Item = Draft> {
    problems.iter().filter(move |p| p.kind == kind).map(|problem| {
        let mut draft = Draft::new(&*problem.message).at_span(problem.span);
        for (span, remark) in &problem.related {
            draft = draft.related(*span, &**remark);
        }
        match &problem.help {
            Some(help) => draft.help(&**help),
            None => draft,
        }
    })
}
