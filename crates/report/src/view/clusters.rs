//! Clusters, and what happens there when.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{Action, Apply, ClusterReport, Counts, Effect, Report};

use super::counted::counted;
use super::words::plural;

/// What happens on one cluster at one time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    counts: Counts,
    refused: usize,
    lost: usize,
    /// Changes that wait already.
    waiting: usize,
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
            (self.waiting, "waiting"),
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

/// That no cluster changes, as far as is known.
pub(crate) fn nothing_changes(report: &Report, clusters: usize) -> String {
    let unknown = report.unchecked.iter().any(|unchecked| unchecked.changed);
    let nothing = if unknown { "nothing that is known changes" } else { "nothing changes" };
    format!("{nothing} on {}", plural(clusters, "cluster"))
}

fn tallies(report: &Report) -> BTreeMap<(&str, Effect), Tally> {
    let mut tallies: BTreeMap<(&str, Effect), Tally> = BTreeMap::new();
    for change in &report.changes {
        for cluster in &change.clusters {
            let tally = tallies.entry((cluster, change.effect)).or_default();
            let counts = &mut tally.counts;
            *match change.action {
                _ if change.waits => &mut tally.waiting,
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
