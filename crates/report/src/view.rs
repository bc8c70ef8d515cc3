//! What formats for people have in common: the report by cluster, by cause and by outcome.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{
    Action, Apply, CauseRisk, ChangeReport, ClusterReport, Counts, Effect, Finding, ImpactEdge,
    ObjectKey, Report, Severity,
};
use gitops_yaml::SmolStr;

/// What happens on one cluster at one time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    counts: Counts,
    refused: usize,
    lost: usize,
}

impl Tally {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether something goes wrong.
    pub(crate) fn is_bad(&self) -> bool {
        self.refused + self.lost > 0
    }

    /// `+1 ~4, 1 recreated, 2 refused`: what is common in signs, what is not in words.
    pub(crate) fn words(&self) -> String {
        let Counts { added, removed, modified, moved, recreated } = self.counts;
        let join = |counts: &[(usize, &str)], sign: bool, between: &str| {
            let some = counts.iter().filter(|(n, _)| *n > 0);
            let word = |(n, word): &(usize, &str)| {
                if sign { format!("{word}{n}") } else { format!("{n} {word}") }
            };
            some.map(word).collect::<Vec<_>>().join(between)
        };
        let signs = join(&[(added, "+"), (modified, "~"), (removed, "-")], true, " ");
        let words = [
            (moved, "moved"),
            (recreated, "recreated"),
            (self.refused, "refused"),
            (self.lost, "lost"),
        ];
        [signs, join(&words, false, ", ")]
            .into_iter()
            .filter(|w| !w.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// Clusters that see the same.
#[derive(Debug)]
pub(crate) struct ClusterRow<'a> {
    pub(crate) names: Vec<&'a str>,
    pub(crate) environment: &'a str,
    pub(crate) follows: Vec<String>,
    pub(crate) reached: bool,
    pub(crate) now: Tally,
    pub(crate) queued: Tally,
    pub(crate) never: Tally,
}

/// The clusters that change, those that see the same in one row, and how many do not change.
pub(crate) fn cluster_rows(report: &Report) -> (Vec<ClusterRow<'_>>, usize) {
    let tallies = tallies(report);
    let mut rows: Vec<ClusterRow<'_>> = Vec::new();
    let mut unchanged = 0;
    for cluster in &report.clusters {
        let tally = |effect| {
            tallies.get(&(cluster.cluster.name.as_str(), effect)).copied().unwrap_or_default()
        };
        let row = ClusterRow {
            names: vec![&cluster.cluster.name],
            environment: cluster.cluster.environment.as_str(),
            follows: follows(cluster),
            reached: cluster.cluster.reached,
            now: tally(Effect::Now),
            queued: tally(Effect::Queued),
            never: tally(Effect::Never),
        };
        if row.now.is_empty() && row.queued.is_empty() && row.never.is_empty() {
            unchanged += 1;
            continue;
        }
        let same = |r: &&mut ClusterRow<'_>| {
            (r.environment, &r.follows, r.reached) == (row.environment, &row.follows, row.reached)
                && (r.now, r.queued, r.never) == (row.now, row.queued, row.never)
        };
        match rows.iter_mut().find(same) {
            Some(other) => other.names.push(&cluster.cluster.name),
            None => rows.push(row),
        }
    }
    (rows, unchanged)
}

/// What a cluster follows, its own repository first: `branch main`.
pub(crate) fn follows(cluster: &ClusterReport) -> Vec<String> {
    let mut sources: Vec<_> = cluster.sources.iter().filter(|s| s.source.here).collect();
    if sources.is_empty() {
        sources = cluster.sources.iter().collect();
    }
    let mut out: Vec<String> = Vec::new();
    for source in sources {
        let tracks = &source.source.tracks;
        let words = format!("{} {}", tracks.kind(), tracks.reference());
        if !out.contains(&words) {
            out.push(words);
        }
    }
    out
}

fn tallies(report: &Report) -> BTreeMap<(&str, Effect), Tally> {
    let mut tallies: BTreeMap<(&str, Effect), Tally> = BTreeMap::new();
    for change in &report.changes {
        for cluster in &change.clusters {
            let counts = &mut tallies.entry((cluster, change.effect)).or_default().counts;
            *match change.action {
                Action::Added => &mut counts.added,
                Action::Removed => &mut counts.removed,
                Action::Modified => &mut counts.modified,
                Action::Moved => &mut counts.moved,
                Action::Recreated => &mut counts.recreated,
            } += 1;
        }
    }
    let mut seen = BTreeSet::new();
    for finding in counted(report) {
        let (Some((_, object)), Some(effect)) = (&finding.object, finding.effect) else { continue };
        let bad = finding.apply.filter(|a| matches!(a, Apply::Rejected | Apply::DataLoss));
        for cluster in finding.clusters.iter().filter(|_| bad.is_some()) {
            if seen.insert((cluster, effect, object, bad)) {
                let tally = tallies.entry((cluster, effect)).or_default();
                *if bad == Some(Apply::Rejected) { &mut tally.refused } else { &mut tally.lost } +=
                    1;
            }
        }
    }
    tallies
}

/// The findings that are not suppressed.
pub(crate) fn counted(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|f| f.suppressed.is_none())
}

/// All findings that blame one line, worst first, with what they lead to.
pub(crate) struct Cause<'a> {
    pub(crate) findings: Vec<&'a Finding>,
    /// The risk in the environment where it is highest.
    pub(crate) risk: Option<&'a CauseRisk>,
    pub(crate) reach: Vec<&'a ImpactEdge>,
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
            findings.sort_by_key(|f| Reverse((f.severity, f.apply)));
            let risk = report.risk.causes.iter().filter(|c| c.cause == id).max_by_key(|c| c.score);
            let mut cause = Cause { findings, risk, reach: Vec::new() };
            let objects: BTreeSet<&ObjectKey> = cause.objects().collect();
            cause.reach = report.impact.edges.iter().filter(|e| objects.contains(&e.to)).collect();
            cause
        })
        .collect();
    let rank =
        |c: &Cause<'_>| (c.findings.first().map(|f| f.severity), c.risk.map_or(0, |r| r.score));
    causes.sort_by_key(|c| Reverse(rank(c)));
    causes
}

/// Objects to which the same happens, and where.
pub(crate) struct Outcome<'a> {
    pub(crate) word: &'static str,
    pub(crate) bad: bool,
    pub(crate) objects: Vec<&'a ObjectKey>,
    pub(crate) places: Places<'a>,
}

/// Clusters by when it happens there.
pub(crate) type Places<'a> = BTreeMap<Effect, BTreeSet<&'a str>>;

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

/// Adds where and when a finding is true.
pub(crate) fn add_places<'a>(places: &mut Places<'a>, finding: &'a Finding) {
    if let Some(effect) = finding.effect {
        places.entry(effect).or_default().extend(finding.clusters.iter().map(SmolStr::as_str));
    }
}

/// `now on dev, staging; queued on prod-eu`.
pub(crate) fn places(places: &Places<'_>) -> String {
    let place = |(effect, clusters): (&Effect, &BTreeSet<&str>)| {
        let clusters: Vec<&str> = clusters.iter().copied().collect();
        format!("{} on {}", effect.as_str(), names(&clusters, 4))
    };
    places.iter().map(place).collect::<Vec<_>>().join("; ")
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
            if let (Some(apply), Some((_, object))) = (finding.apply, &finding.object) {
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

    /// What it reaches beyond the objects that have findings of their own.
    pub(crate) fn consequences(&self) -> Vec<(&'a str, Vec<&'a ObjectKey>)> {
        let told: BTreeSet<&ObjectKey> = self.objects().collect();
        consequences(self.reach.iter().copied().filter(|e| !told.contains(&e.from)))
    }

    /// The objects of its findings.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &'a ObjectKey> {
        self.findings.iter().filter_map(|f| Some(&f.object.as_ref()?.1))
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

/// Who feels it, by what happens there.
pub(crate) fn consequences<'a>(
    edges: impl Iterator<Item = &'a ImpactEdge>,
) -> Vec<(&'a str, Vec<&'a ObjectKey>)> {
    let mut out: Vec<(&str, Vec<&ObjectKey>)> = Vec::new();
    for edge in edges {
        match out.iter_mut().find(|(word, _)| *word == edge.consequence) {
            Some((_, objects)) if objects.contains(&&edge.from) => {}
            Some((_, objects)) => objects.push(&edge.from),
            None => out.push((&edge.consequence, vec![&edge.from])),
        }
    }
    out
}

/// A change that no cause tells of, with all its clusters.
pub(crate) struct PlainChange<'a> {
    pub(crate) change: &'a ChangeReport,
    pub(crate) places: Places<'a>,
}

/// What changes without a finding, and what that reaches.
pub(crate) fn plain_changes<'a>(
    report: &'a Report,
    causes: &[Cause<'a>],
) -> (Vec<PlainChange<'a>>, Vec<&'a ImpactEdge>) {
    let told: BTreeSet<&ObjectKey> = causes.iter().flat_map(Cause::objects).collect();
    let mut out: Vec<PlainChange<'_>> = Vec::new();
    for change in report.changes.iter().filter(|c| !told.contains(&c.key)) {
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
    let reach = report.impact.edges.iter().filter(|e| !told.contains(&e.to)).collect();
    (out, reach)
}

/// How many findings there are: `2 errors, 1 warning`.
pub(crate) fn count_words(report: &Report) -> String {
    let count = |severity| counted(report).filter(|f| f.severity == severity).count();
    let words: Vec<String> =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
            .into_iter()
            .map(|(severity, word)| (count(severity), word))
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| plural(n, word))
            .collect();
    if words.is_empty() { "no findings".into() } else { words.join(", ") }
}

/// `1 error`, `2 errors`.
pub(crate) fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// At most `most` objects, the kind said once for a run of the same kind: `Deployment shop/web, shop/api`.
pub(crate) fn objects(keys: &[&ObjectKey], most: usize) -> String {
    let mut sorted = keys.to_vec();
    sorted.sort();
    let mut kind = "";
    let mut words: Vec<String> = Vec::new();
    for key in sorted.iter().take(most) {
        let full = key.to_string();
        words.push(if kind == key.kind {
            full[key.kind.len() + 1..].to_owned()
        } else {
            full.clone()
        });
        kind = &key.kind;
    }
    more(words, keys.len(), most)
}

/// At most `most` names.
pub(crate) fn names(names: &[&str], most: usize) -> String {
    more(names.iter().take(most).map(|n| (*n).to_owned()).collect(), names.len(), most)
}

fn more(words: Vec<String>, all: usize, most: usize) -> String {
    let rest = if all > most { format!(" and {} more", all - most) } else { String::new() };
    words.join(", ") + &rest
}
