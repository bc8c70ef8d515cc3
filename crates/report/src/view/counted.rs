//! The findings that count.

use std::collections::BTreeSet;

use gitops_model::{Finding, Report, Severity};

use super::words::plural;

/// The findings that are not suppressed.
pub(crate) fn counted(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|f| f.suppressed.is_none())
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
