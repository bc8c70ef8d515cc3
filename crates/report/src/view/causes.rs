//! Findings by the line to blame, and what they lead to.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{
    Apply, CauseRisk, ChangeReport, Effect, Finding, ImpactEdge, ObjectKey, Report, Severity, Way,
};
use gitops_yaml::SmolStr;

use super::counted::counted;
use super::places::{Places, add_places, places};
use super::reach::{Branch, tree};
use super::words::objects;

/// Branches of what a cause reaches that are shown.
const MOST_BRANCHES: usize = 8;

/// All findings that blame one line, worst first, with what they lead to.
pub(crate) struct Cause<'a> {
    pub(crate) findings: Vec<&'a Finding>,
    /// The risk in the environment where it is highest.
    pub(crate) risk: Option<&'a CauseRisk>,
    pub(crate) reach: Vec<&'a ImpactEdge>,
    /// The ways out of its findings.
    pub(crate) ways: Vec<&'a Way>,
}

/// The causes of all findings: the riskiest of the worst first.
pub(crate) fn causes(report: &Report) -> Vec<Cause<'_>> {
    let mut groups: Vec<(&str, Vec<&Finding>)> = Vec::new();
    for finding in counted(report) {
        match groups.iter_mut().find(|(id, _)| *id == finding.cause && !id.is_empty()) {
            Some((_, group)) => group.push(finding),
            None => groups.push((&finding.cause, vec![finding])),
        }
    }
    let mut causes: Vec<Cause<'_>> = groups
        .into_iter()
        .map(|(id, mut findings)| {
            // Of those that are as bad, the plainest speaks for all.
            findings.sort_by_key(|f| (Reverse((f.severity, f.apply)), f.message.len()));
            let risk = report.risk.causes.iter().filter(|c| c.cause == id).max_by_key(|c| c.score);
            let solves = |w: &&Way| findings.iter().any(|f| w.findings.contains(&f.fingerprint));
            let ways = report.ways.iter().filter(solves).collect();
            let mut cause = Cause { findings, risk, reach: Vec::new(), ways };
            cause.reach = reached(&cause, &report.impact.edges);
            cause
        })
        .collect();
    let rank =
        |c: &Cause<'_>| (c.findings.first().map(|f| f.severity), c.risk.map_or(0, |r| r.score));
    causes.sort_by_key(|c| Reverse(rank(c)));
    causes
}

/// The causes to tell in full, at most so many, and the others. Of notes by the same rule one is enough.
pub(crate) fn in_full<'c, 'a>(
    causes: &'c [Cause<'a>],
    most: usize,
) -> (Vec<&'c Cause<'a>>, Vec<&'c Cause<'a>>) {
    let (mut full, mut rest): (Vec<&Cause<'_>>, Vec<&Cause<'_>>) = Default::default();
    for cause in causes {
        let is_like = |other: &&Cause<'_>| {
            let (a, b) = (cause.lead(), other.lead());
            a.is_some_and(|f| f.severity == Severity::Note)
                && a.map(|f| f.rule) == b.map(|f| f.rule)
        };
        let of = if full.len() < most && !full.iter().any(is_like) { &mut full } else { &mut rest };
        of.push(cause);
    }
    (full, rest)
}

/// The edges that lead from the objects of a cause to others, and on from those.
fn reached<'a>(cause: &Cause<'a>, edges: &'a [ImpactEdge]) -> Vec<&'a ImpactEdge> {
    let mut seen: BTreeSet<&ObjectKey> = cause.objects().collect();
    let mut todo: Vec<&ObjectKey> = seen.iter().copied().collect();
    while let Some(changed) = todo.pop() {
        let felt = edges.iter().filter(|e| e.to == *changed).map(|e| &e.from);
        felt.for_each(|from| todo.extend(seen.insert(from).then_some(from)));
    }
    edges.iter().filter(|e| seen.contains(&e.to)).collect()
}

/// Objects to which the same happens, and where.
pub(crate) struct Outcome<'a> {
    pub(crate) word: &'static str,
    pub(crate) bad: bool,
    pub(crate) objects: Vec<&'a ObjectKey>,
    pub(crate) places: Places<'a>,
}

impl Outcome<'_> {
    /// Whether it happens anywhere on merge.
    pub(crate) fn now(&self) -> bool {
        self.places.contains_key(&Effect::Now)
    }

    /// `Deployment shop/web (now on dev; queued on prod-eu)`.
    pub(crate) fn words(&self) -> String {
        format!("{} ({})", objects(&self.objects, 4), places(&self.places))
    }
}

impl<'a> Cause<'a> {
    /// The finding that speaks for all.
    pub(crate) fn lead(&self) -> Option<&'a Finding> {
        self.findings.first().copied()
    }

    /// What happens to which objects, worst first.
    pub(crate) fn outcomes(&self) -> Vec<Outcome<'a>> {
        let mut by_object: BTreeMap<(Reverse<Apply>, &ObjectKey), Places<'a>> = BTreeMap::new();
        for finding in &self.findings {
            for object in finding.objects() {
                let Some(apply) = finding.apply else { continue };
                add_places(by_object.entry((Reverse(apply), object)).or_default(), finding);
            }
        }
        let mut outcomes: Vec<Outcome<'a>> = Vec::new();
        for ((Reverse(apply), object), places) in by_object {
            let word = match apply {
                Apply::Rejected => "refused",
                Apply::Recreated => "recreated",
                Apply::DataLoss => "lost",
                Apply::Accepted => continue,
            };
            match outcomes.iter_mut().find(|o| o.word == word && o.places == places) {
                Some(outcome) => outcome.objects.push(object),
                None => outcomes.push(Outcome {
                    word,
                    bad: apply != Apply::Recreated,
                    objects: vec![object],
                    places,
                }),
            }
        }
        outcomes
    }

    /// Where and when its findings are true.
    pub(crate) fn places(&self) -> Places<'a> {
        let mut places = Places::new();
        self.findings.iter().for_each(|f| add_places(&mut places, f));
        places
    }

    /// The other rules that speak of this line, each with its findings.
    pub(crate) fn others(&self) -> Vec<Vec<&'a Finding>> {
        let Some(lead) = self.lead() else { return Vec::new() };
        let mut rules: Vec<Vec<&Finding>> = Vec::new();
        for finding in self.findings.iter().filter(|f| f.rule != lead.rule) {
            match rules.iter_mut().find(|r| r.iter().any(|f| f.rule == finding.rule)) {
                Some(rule) => rule.push(finding),
                None => rules.push(vec![finding]),
            }
        }
        rules
    }

    /// What it reaches beyond the objects that have findings of their own, and how much is left out.
    pub(crate) fn tree(&self) -> (Vec<Branch<'a>>, usize) {
        tree(&self.objects().collect(), &self.reach, MOST_BRANCHES)
    }

    /// The objects of its findings.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &'a ObjectKey> {
        self.findings.iter().flat_map(|f| f.objects())
    }

    /// The ways out, and the command that tells their steps.
    pub(crate) fn ways_out(&self) -> impl Iterator<Item = String> {
        self.ways.iter().map(|way| {
            let finding: String =
                way.findings.iter().flat_map(|f| f.chars().take(8)).take(8).collect();
            format!(
                "{}: `gitops-lint plan --finding {finding}` with the arguments of this run",
                way.title
            )
        })
    }

    /// What to do, each advice once.
    pub(crate) fn advice(&self) -> Vec<&'a str> {
        let mut out: Vec<&str> = Vec::new();
        for help in self.findings.iter().filter_map(|f| f.help.as_deref()) {
            if !out.contains(&help) {
                out.push(help);
            }
        }
        out
    }
}

/// A change that no cause tells of, with all its clusters.
pub(crate) struct PlainChange<'a> {
    pub(crate) change: &'a ChangeReport,
    pub(crate) places: Places<'a>,
}

/// What changes without a finding, and what that reaches, with how much of it is left out.
pub(crate) fn plain_changes<'a>(
    report: &'a Report,
    causes: &[Cause<'a>],
) -> (Vec<PlainChange<'a>>, (Vec<Branch<'a>>, usize)) {
    let told: BTreeSet<&ObjectKey> = causes.iter().flat_map(Cause::objects).collect();
    let mut out: Vec<PlainChange<'_>> = Vec::new();
    for change in report.changes.iter().filter(|c| !c.waits && !told.contains(&c.key)) {
        let clusters = change.clusters.iter().map(SmolStr::as_str);
        let same = |c: &&mut PlainChange<'_>| {
            c.change.key == change.key
                && c.change.action == change.action
                && c.change.fields == change.fields
        };
        match out.iter_mut().find(same) {
            Some(other) => other.places.entry(change.effect).or_default().extend(clusters),
            None => out.push(PlainChange {
                change,
                places: BTreeMap::from([(change.effect, clusters.collect())]),
            }),
        }
    }
    let told =
        |edge: &&ImpactEdge| causes.iter().any(|c| c.reach.iter().any(|e| std::ptr::eq(*e, *edge)));
    let reach: Vec<&ImpactEdge> = report.impact.edges.iter().filter(|e| !told(e)).collect();
    let roots = out.iter().map(|plain| &plain.change.key).collect();
    (out, tree(&roots, &reach, MOST_BRANCHES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_notes_by_one_rule_the_first_is_told_in_full() {
        let (report, _) = crate::sample::blocked();
        let as_bad = |severity| Finding { severity, rule: "a-rule", ..report.findings[0].clone() };
        let (note, warning) = (as_bad(Severity::Note), as_bad(Severity::Warning));
        let cause = |finding| Cause {
            findings: vec![finding],
            risk: None,
            reach: Vec::new(),
            ways: Vec::new(),
        };
        let in_full = |causes: &[Cause<'_>], most| in_full(causes, most).0.len();
        let (notes, warnings) = ([0; 3].map(|_| cause(&note)), [0; 3].map(|_| cause(&warning)));
        assert_eq!((in_full(&notes, 2), in_full(&warnings, 2)), (1, 2));
    }
}
