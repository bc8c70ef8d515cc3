//! What formats for people have in common: the report by cluster, by cause and by line.

mod alerts;
mod causes;
mod clusters;
mod reach;

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{Effect, Finding, ObjectKey, Report, Severity};
use gitops_yaml::SmolStr;

pub(crate) use alerts::{Alert, alerts};
pub(crate) use causes::{Cause, PlainChange, causes, in_full, plain_changes};
pub(crate) use clusters::{ClusterRow, Tally, cluster_rows, follows};
pub(crate) use reach::{Branch, tree};

/// The findings that are not suppressed.
pub(crate) fn counted(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|f| f.suppressed.is_none())
}

/// Clusters by when it happens there.
pub(crate) type Places<'a> = BTreeMap<Effect, BTreeSet<&'a str>>;

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

/// How many findings there are: `2 errors, 1 warning`. What is found at one place on several clusters, each in
/// its own words, is one.
pub(crate) fn count_words(report: &Report) -> String {
    let what = |f: &Finding| {
        let object = f.object.as_ref().map(|(_, key)| key.clone());
        let said = object.is_none().then(|| f.message.clone());
        (f.rule, object, f.field.as_ref().map(ToString::to_string), f.primary(), said)
    };
    let count = |severity| {
        let found: BTreeSet<_> =
            counted(report).filter(|f| f.severity == severity).map(what).collect();
        found.len()
    };
    let words: Vec<String> =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
            .into_iter()
            .map(|(severity, word)| (count(severity), word))
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| plural(n, word))
            .collect();
    if words.is_empty() { "no findings".into() } else { words.join(", ") }
}

/// That no cluster changes, as far as is known.
pub(crate) fn nothing_changes(report: &Report, clusters: usize) -> String {
    let unknown = report.unchecked.iter().any(|unchecked| unchecked.changed);
    let nothing = if unknown { "nothing that is known changes" } else { "nothing changes" };
    format!("{nothing} on {}", plural(clusters, "cluster"))
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
