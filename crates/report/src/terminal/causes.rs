//! The lines to blame, each with all that it leads to.

use gitops_model::{Finding, Severity};
use gitops_yaml::Sources;

use super::snippet::snippet;
use super::style::{Page, Tone};
use crate::view::{Branch, Cause, in_full, places, plural};

/// Columns of the words before what they are about.
const INDENT: usize = 14;

/// At most `most` causes with their snippets, the others in a line each.
pub(crate) fn section(page: &mut Page<'_>, causes: &[Cause<'_>], sources: &Sources, most: usize) {
    let (full, rest) = in_full(causes, most);
    for cause in full {
        page.blank();
        told(page, cause, sources);
    }
    if rest.is_empty() {
        return;
    }
    page.section(&format!("{} more", plural(rest.len(), "cause")));
    for finding in rest.into_iter().filter_map(Cause::lead) {
        let at = finding.primary().map(|s| sources.locate(s));
        let at = at.map_or_else(String::new, |at| format!("  {}:{}", at.path, at.line));
        headline(page, finding, &at);
    }
}

fn told(page: &mut Page<'_>, cause: &Cause<'_>, sources: &Sources) {
    let Some(lead) = cause.lead() else { return };
    headline(page, lead, "");
    page.raw(&snippet(lead, sources, page.style));
    if cause.outcomes().is_empty() && !cause.places().is_empty() {
        entry(page, "where", Tone::Dim, &places(&cause.places()));
    }
    for outcome in cause.outcomes() {
        let tone = if outcome.bad && outcome.now() { Tone::Bad } else { Tone::Warn };
        entry(page, outcome.word, tone, &outcome.words());
    }
    reached(page, &cause.tree());
    for findings in cause.others() {
        other(page, &findings);
    }
    for help in cause.advice().into_iter().take(2) {
        entry(page, "help", Tone::Good, help);
    }
    for way in cause.ways_out().take(2) {
        entry(page, "way out", Tone::Good, &way);
    }
}

/// Who feels it, those who feel that further in.
pub(crate) fn reached(page: &mut Page<'_>, (branches, left_out): &(Vec<Branch<'_>>, usize)) {
    for branch in branches {
        let indent = "  ".repeat(branch.depth);
        entry(page, &format!("{indent}{}", branch.consequence), Tone::Warn, &branch.words());
    }
    if *left_out > 0 {
        entry(page, "", Tone::Dim, &format!("and {left_out} more that feel it"));
    }
}

/// `error[rule]: message`.
fn headline(page: &mut Page<'_>, finding: &Finding, at: &str) {
    let word = format!("{}[{}]", finding.severity.as_str(), finding.rule);
    let start = format!("{}: ", page.style.paint(tone(finding.severity), &word));
    page.hanging(&start, word.chars().count() + 2, 2, &format!("{}{at}", finding.message));
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Note => Tone::Note,
    }
}

/// `  word            text`.
pub(crate) fn entry(page: &mut Page<'_>, word: &str, tone: Tone, text: &str) {
    let word = crate::escape::line(word);
    let columns = word.chars().count() + 2;
    let start = format!("  {}", page.style.paint(tone, &word));
    if columns < INDENT {
        page.wrapped(&format!("{start}{}", " ".repeat(INDENT - columns)), INDENT, text);
    } else {
        page.wrapped(&format!("{start}  "), columns + 2, text);
    }
}

/// A further rule that speaks of the same line.
fn other(page: &mut Page<'_>, findings: &[&Finding]) {
    let Some(first) = findings.first() else { return };
    let rest = if findings.len() > 1 {
        format!(" (and {} like it)", findings.len() - 1)
    } else {
        String::new()
    };
    entry(
        page,
        first.severity.as_str(),
        tone(first.severity),
        &format!("{}{rest} [{}]", first.message, first.rule),
    );
}
