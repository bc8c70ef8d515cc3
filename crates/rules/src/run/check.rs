//! Runs every rule over the facts.

use std::borrow::Borrow;
use std::collections::BTreeSet;

use gitops_config::Config;
use gitops_model::{Confidence, Effect, Finding, Persona, Problem, ProblemKind, Severity};

use super::suppress::{suppress, suppressions};
use super::{Draft, Facts, Pair, dropped};
use crate::{Check, Rule, State};

/// What the rules find that the configuration does not switch off. What is suppressed is marked as such.
pub(crate) fn check(rules: &[Rule], facts: &Facts<'_>) -> Vec<Finding> {
    let all = suppressions(facts);
    let mut found: Vec<Finding> = rules.iter().flat_map(|rule| findings(rule, facts)).collect();
    for rule in rules {
        let mut drafts = Vec::new();
        if let Check::Suppression(check) = rule.check {
            check(rules, facts, &all, &found, &mut drafts);
        }
        found.extend(
            drafts.into_iter().filter_map(|d| finish(rule, d, None, Severity::Error, facts)),
        );
    }
    dropped::blame(&mut found, facts);
    suppress(&mut found, &all, facts);
    found
}

/// Whether a rule will compare the objects of all clusters.
pub(crate) fn compares_clusters(rule: &Rule, config: &Config, pedantic: bool) -> bool {
    matches!(rule.check, Check::Objects(_)) && is_wanted(rule, config, pedantic)
}

/// What a rule finds, whether suppressed or not.
pub(crate) fn findings(rule: &Rule, facts: &Facts<'_>) -> Vec<Finding> {
    if !is_wanted(rule, facts.config, facts.pedantic) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for pair in facts.pairs.iter().filter(|p| p.differs()) {
        let name = pair.after.name();
        let aside = is_aside(pair, facts);
        let most = if aside && is_less_aside(rule) { Severity::Warning } else { Severity::Error };
        let drafts = of_pair(rule, pair).into_iter().map(|d| d.clusters([name]));
        let drafts = drafts.filter_map(|d| if aside { set_aside(d, facts) } else { Some(d) });
        all.extend(drafts.filter_map(|d| finish(rule, d, pair.effect, most, facts)));
    }
    let mut drafts = Vec::new();
    match rule.check {
        Check::Problem(kind) => drafts.extend(of_problems(facts.problems, kind)),
        Check::Fleet(check) | Check::Objects(check) | Check::Merged(check) => {
            let is_merged = matches!(rule.check, Check::Merged(_));
            let after = if is_merged { facts.merged() } else { facts.after() };
            drafts.extend(brought_by(facts.before(), &after, |fleet| {
                let mut drafts = Vec::new();
                check(fleet, &mut drafts);
                drafts
            }))
        }
        _ => {}
    }
    all.extend(drafts.into_iter().filter_map(|d| finish(rule, d, None, Severity::Error, facts)));
    all
}

/// Whether no entry point reaches a root, where entry points reach others: it may be a template, a part that is never
/// rendered by itself, or applied by something that is not known here.
fn is_aside(pair: &Pair<'_>, facts: &Facts<'_>) -> bool {
    let is_reached = |pair: &Pair<'_>| pair.after.cluster.cluster.reached;
    !is_reached(pair) && facts.pairs.iter().any(is_reached)
}

/// Whether a rule tells what does not render of such a root, or leaves it: no more than a warning.
fn is_less_aside(rule: &Rule) -> bool {
    matches!(rule.check, Check::Problem(ProblemKind::Render)) || REMOVALS.contains(&rule.meta.id)
}

/// What is told of such a root: what who applies it may have put right is for those who ask for everything.
fn set_aside(draft: Draft, facts: &Facts<'_>) -> Option<Draft> {
    match draft.hangs_on_applier() {
        true if facts.pedantic => {
            Some(draft.severity(Severity::Note).confidence(Confidence::Possible))
        }
        true => None,
        false => Some(draft),
    }
}

/// The rules that tell what becomes of an object that leaves the repository.
const REMOVALS: [&str; 5] =
    ["crd-removed", "namespace-removed", "object-removed", "pvc-removed", "resource-renamed"];

/// Pedantic rules speak when asked to, or when the configuration names them.
fn is_wanted(rule: &Rule, config: &Config, pedantic: bool) -> bool {
    let regular = rule.meta.persona == Persona::Regular || pedantic;
    let configured = config.rules.get(rule.meta.id);
    configured.map_or(regular, |c| !c.off)
}

/// The finding, as severe as the configuration says; `most` where it says nothing.
fn finish(
    rule: &Rule,
    draft: Draft,
    effect: Option<Effect>,
    most: Severity,
    facts: &Facts<'_>,
) -> Option<Finding> {
    let mut finding = draft.finding(&rule.meta, effect, &facts.touched);
    finding.severity = facts.config.severity(rule.meta.id, finding.severity.min(most))?;
    Some(finding)
}

fn of_pair(rule: &Rule, pair: &Pair<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    // Of what was not there to be looked at before, nobody knows what the change brings.
    let unknown = pair.before.as_ref().is_some_and(is_unresolved) && !is_unresolved(&pair.after);
    match rule.check {
        Check::State(_) | Check::Problem(_) if unknown => {}
        Check::Change(check) => pair.changes.iter().for_each(|c| check(pair, c, &mut drafts)),
        Check::Pair(check) => check(pair, &mut drafts),
        Check::State(check) => {
            return brought_by(pair.before.as_ref(), &pair.after, |state| {
                let mut drafts = Vec::new();
                check(state, &mut drafts);
                drafts
            });
        }
        Check::Problem(kind) => {
            return brought_by(pair.before.as_ref(), &pair.after, |state| {
                of_problems(&state.cluster.problems, kind).collect()
            });
        }
        Check::Fleet(_) | Check::Merged(_) | Check::Objects(_) | Check::Suppression(_) => {}
    }
    drafts
}

/// Whether a revision that the cluster asks for is not in the clone.
fn is_unresolved(state: &State<'_>) -> bool {
    state.cluster.problems.iter().any(|p| p.kind == ProblemKind::Revision)
}

/// What is found after the change and was not before it.
fn brought_by<T: Borrow<S>, S>(
    before: Option<T>,
    after: &S,
    find: impl Fn(&S) -> Vec<Draft>,
) -> Vec<Draft> {
    let mut found = find(after);
    if let Some(before) = before.filter(|_| !found.is_empty()) {
        let known: BTreeSet<_> = find(before.borrow()).iter().map(Draft::identity).collect();
        found.retain(|draft| !known.contains(&draft.identity()));
    }
    found
}

fn of_problems(problems: &[Problem], kind: ProblemKind) -> impl Iterator<Item = Draft> {
    problems.iter().filter(move |p| p.kind == kind).map(Draft::of)
}
