//! What a person reads in a terminal: one screenful that is enough to decide.

mod causes;
mod changes;
mod fleet;
mod pages;
mod risk;
mod rollback;
mod snippet;
mod style;

use gitops_model::Report;
use gitops_yaml::Sources;

use crate::view::{Cause, causes, cluster_rows, count_words, counted, nothing_changes, plural};

pub use fleet::clusters;
pub use pages::{explain, rules};
pub(crate) use risk::sum;
pub use style::Style;
pub(crate) use style::{Page, Tone};

/// Causes that are told in full; the others in a line each.
const FULL_CAUSES: usize = 4;

/// The report for a terminal, or for a pipe with [`Style::plain`].
#[must_use]
pub fn terminal(report: &Report, sources: &Sources, style: &Style) -> String {
    let mut page = Page::new(style);
    let causes = causes(report);
    headline(&mut page, report, &causes);
    fleet::section(&mut page, report);
    causes::section(&mut page, &causes, sources, FULL_CAUSES);
    changes::section(&mut page, report, &causes);
    rollback::section(&mut page, report);
    risk::section(&mut page, report);
    risk::waves(&mut page, report);
    unchecked(&mut page, report);
    footer(&mut page, report, &causes);
    page.finish()
}

/// The decision, the score and how far it reaches; what a reader needs who reads one line.
fn headline(page: &mut Page<'_>, report: &Report, causes: &[Cause<'_>]) {
    let mut badge = String::new();
    let mut words = vec![count_words(report)];
    if !report.gate.waves.is_empty() {
        badge = risk::badge(page.style, report.gate.decision) + " ";
        let (score, band) = (report.risk.score, report.risk.band());
        words.insert(0, page.style.paint(risk::tone(score), &format!("risk {score}/100 {band}")));
    }
    if causes.len() > 1 {
        words.push(plural(causes.len(), "cause"));
    }
    page.line(&(badge + &words.join(page.style.pick("  ·  ", "  -  "))));
    page.line(&page.style.paint(Tone::Dim, &reach(report)));
}

/// `3 clusters change: 2 now, 1 queued`.
fn reach(report: &Report) -> String {
    let (rows, unchanged) = cluster_rows(report);
    let count = |seen: fn(&crate::view::ClusterRow<'_>) -> bool| -> usize {
        rows.iter().filter(|r| seen(r)).map(|r| r.names.len()).sum()
    };
    let when: Vec<String> = [
        (count(|r| !r.now.is_empty()), "on merge"),
        (count(|r| !r.queued.is_empty()), "at the next promotion"),
        (count(|r| !r.never.is_empty()), "never"),
    ]
    .iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, when)| format!("{} {when}", plural(*n, "cluster")))
    .collect();
    match when.as_slice() {
        [] if report.clusters.is_empty() => "no clusters".into(),
        // Only a comparison asks the waves.
        [] if report.gate.waves.is_empty() => format!("{} checked", plural(unchanged, "cluster")),
        [] => nothing_changes(report, unchanged),
        when => format!("reaches {}", when.join(", ")),
    }
}

fn unchecked(page: &mut Page<'_>, report: &Report) {
    if report.unchecked.is_empty() {
        return;
    }
    page.section("Not checked");
    let changed = report.unchecked.iter().filter(|u| u.changed).count();
    let mut all: Vec<_> = report.unchecked.iter().collect();
    all.sort_by_key(|u| !u.changed);
    for unchecked in all.iter().take(3) {
        let mark = if unchecked.changed {
            page.style.paint(Tone::Warn, "changed ")
        } else {
            "        ".into()
        };
        page.wrapped(&format!("  {mark} "), 11, &format!("{}: {}", unchecked.what, unchecked.why));
    }
    if all.len() > 3 {
        let held =
            if changed == 0 { String::new() } else { format!(", {changed} of them changed") };
        page.line(&page.style.paint(Tone::Dim, &format!("           {} in all{held}", all.len())));
    }
}

fn footer(page: &mut Page<'_>, report: &Report, causes: &[Cause<'_>]) {
    let suppressed = report.findings.len() - counted(report).count();
    let mut rules: Vec<&str> = Vec::new();
    for rule in causes.iter().filter_map(Cause::lead).map(|f| f.rule).take(FULL_CAUSES) {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    let mut words = Vec::new();
    if suppressed > 0 {
        words.push(format!("{} suppressed", plural(suppressed, "finding")));
    }
    if !rules.is_empty() {
        words.push(format!("more: gitops-lint explain {}", rules.join(" | ")));
    }
    if !words.is_empty() {
        page.blank();
        page.line(&page.style.paint(Tone::Dim, &words.join(page.style.pick("  ·  ", "  -  "))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn one_screenful() {
        let (report, sources) = sample::blocked();
        insta::assert_snapshot!(terminal(&report, &sources, &Style::plain()));
    }

    #[test]
    fn narrow_and_ascii() {
        let (report, sources) = sample::blocked();
        let style = Style { width: 60, unicode: false, color: false };
        let text = terminal(&report, &sources, &style);
        assert!(text.is_ascii(), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn colors_change_no_text() {
        let (report, sources) = sample::blocked();
        let colored = terminal(&report, &sources, &Style { color: true, ..Style::plain() });
        let mut text = String::new();
        for part in colored.split('\u{1b}') {
            text += part
                .split_once('m')
                .filter(|(code, _)| code.starts_with('['))
                .map_or(part, |(_, text)| text);
        }
        let plain = terminal(&report, &sources, &Style::plain());
        assert_eq!(text.replace('`', ""), plain.replace('`', ""));
    }

    #[test]
    fn nothing_to_say() {
        let (mut report, sources) = sample::blocked();
        report.changes.clear();
        report.findings.clear();
        report.impact = Default::default();
        report.risk = Default::default();
        report.gate.decision = gitops_model::GateDecision::Pass;
        report.gate.waves.truncate(1);
        report.rollback.clear();
        let mut unchecked = std::mem::take(&mut report.unchecked);
        insta::assert_snapshot!(terminal(&report, &sources, &Style::plain()));
        unchecked[0].changed = true;
        report.unchecked = unchecked;
        let text = terminal(&report, &sources, &Style::plain());
        assert!(text.contains("nothing that is known changes on 5 clusters"), "{text}");
    }

    #[test]
    fn what_was_discovered() {
        let (mut report, sources) = sample::blocked();
        for name in ["sonarr", "radarr"] {
            let plex = report.unchecked[0].clone();
            let what = format!("HelmRelease media/{name}");
            report.unchecked.push(gitops_model::Unchecked { what, ..plex });
        }
        let problem = gitops_model::Problem::new(
            gitops_model::ProblemKind::Revision,
            "tag `prod-v1.4.2` is not in the clone",
            report.unchecked[1].span,
        );
        let problem = problem.help("fetch the tags: `git fetch --tags`");
        let harmless = gitops_model::ProblemKind::Deprecated;
        let deprecated = gitops_model::Problem::new(harmless, "`bases` is deprecated", None);
        let problems = [problem, deprecated];
        insta::assert_snapshot!(clusters(&report, &problems, &sources, &Style::plain()));
    }

    #[test]
    fn rule_pages() {
        let rule = sample::rule();
        insta::assert_snapshot!(
            rules(&[rule], &Style::plain()) + "---\n" + &explain(&rule, &Style::plain())
        );
    }
}
