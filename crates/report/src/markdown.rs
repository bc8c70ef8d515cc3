//! Markdown for the comment on a pull request: the decision first, details to unfold.

use std::fmt::Write;

use gitops_model::{GateDecision, Report};
use gitops_yaml::{Sources, Span};

use crate::escape::{code, markdown as text, short};
use crate::mask;
use crate::terminal::{Style, sum};
use crate::view::{
    Cause, PlainChange, causes, cluster_rows, count_words, in_full, names, nothing_changes, places,
    plain_changes, plural,
};

/// By this line a comment is found again and replaced.
const MARKER: &str = "<!-- gitops-lint -->";

/// Characters that a comment may have, with room for what a workflow adds.
const MOST_CHARACTERS: usize = 60_000;

/// Rows of a table; further ones are counted.
const MOST_ROWS: usize = 30;

/// The report as Markdown.
#[must_use]
pub fn markdown(report: &Report, sources: &Sources) -> String {
    // The fewer causes are told, the shorter: the first that fits.
    let fits = |most: &usize| {
        let out = written(report, sources, *most);
        (out.chars().count() <= MOST_CHARACTERS || *most == 0).then_some(out)
    };
    [25, 10, 3, 0].iter().find_map(fits).unwrap_or_default()
}

fn written(report: &Report, sources: &Sources, most: usize) -> String {
    let causes = causes(report);
    let mut out = format!("{MARKER}\n{}\n\n", headline(report));
    clusters(&mut out, report);
    let (full, rest) = in_full(causes.get(..most).unwrap_or(&causes), 3);
    full.into_iter().for_each(|cause| cause_text(&mut out, cause, sources));
    details(&mut out, &format!("{} more", plural(rest.len(), "cause")), rest.is_empty(), |out| {
        rest.iter().for_each(|cause| cause_text(out, cause, sources));
    });
    if causes.len() > most {
        let _ = writeln!(out, "{} left out.\n", plural(causes.len() - most, "cause"));
    }
    waves(&mut out, report);
    changes(&mut out, report, &causes);
    risk(&mut out, report);
    rollback(&mut out, report);
    unchecked(&mut out, report);
    out.trim_end().to_owned() + "\n"
}

fn headline(report: &Report) -> String {
    if report.gate.waves.is_empty() {
        return format!("### gitops-lint: {}", count_words(report));
    }
    let decision = match report.gate.decision {
        GateDecision::Pass => "pass",
        GateDecision::Hold => "hold",
        GateDecision::Block => "block",
    };
    let (score, band) = (report.risk.score, report.risk.band());
    format!("### gitops-lint: {decision}, risk {score}/100 ({band})\n\n{}", count_words(report))
}

fn table(out: &mut String, header: &[&str], rows: &[Vec<String>]) {
    let _ = writeln!(out, "| {} |", header.join(" | "));
    let _ = writeln!(out, "|{}", "---|".repeat(header.len()));
    for row in rows.iter().take(MOST_ROWS) {
        let cells: Vec<String> = row.iter().map(|cell| cell_text(cell)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    if rows.len() > MOST_ROWS {
        let _ = writeln!(out, "\n{} more rows", rows.len() - MOST_ROWS);
    }
    out.push('\n');
}

/// A cell in which every pipe is escaped: in a table, code does not protect one.
fn cell_text(markdown: &str) -> String {
    let mut escaped = false;
    let mut out = String::with_capacity(markdown.len());
    for c in markdown.chars() {
        if c == '|' && !escaped {
            out.push('\\');
        }
        escaped = c == '\\';
        out.push(c);
    }
    out
}

fn clusters(out: &mut String, report: &Report) {
    let (rows, unchanged) = cluster_rows(report);
    if rows.is_empty() {
        if !report.clusters.is_empty() {
            let _ =
                writeln!(out, "{}.\n", nothing_changes(report, unchanged).replacen('n', "N", 1));
        }
        return;
    }
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let cells = [row.now.words(), row.queued.words(), row.never.words()];
            let mut all = vec![
                text(&names(&row.names, 4)),
                text(row.environment),
                text(&short(&row.follows.join(", "), 60)),
            ];
            all.extend(cells.iter().map(|cell| text(cell)));
            all
        })
        .collect();
    table(out, &["cluster", "environment", "follows", "on merge", "queued", "never"], &rows);
}

fn cause_text(out: &mut String, cause: &Cause<'_>, sources: &Sources) {
    let Some(lead) = cause.lead() else { return };
    let message = text(&short(&lead.message, 600));
    let _ = writeln!(out, "**{}** `{}`: {message}\n", lead.severity.as_str(), lead.rule);
    if let Some(span) = lead.primary() {
        let at = sources.locate(span);
        let place = code(&format!("{}:{}", at.path, at.line));
        let _ = writeln!(out, "- at {place}: {}", code(&short(&blamed_line(span, sources), 120)));
    }
    for outcome in cause.outcomes() {
        let _ = writeln!(out, "- **{}**: {}", outcome.word, text(&outcome.words()));
    }
    let (branches, left_out) = cause.tree();
    for branch in branches {
        let indent = "  ".repeat(branch.depth);
        let _ = writeln!(out, "{indent}- {}: {}", text(branch.consequence), text(&branch.words()));
    }
    if left_out > 0 {
        let _ = writeln!(out, "- and {left_out} more that feel it");
    }
    if cause.outcomes().is_empty() && !cause.places().is_empty() {
        let _ = writeln!(out, "- where: {}", text(&places(&cause.places())));
    }
    for findings in cause.others() {
        if let Some(first) = findings.first() {
            let (severity, rule) = (first.severity.as_str(), first.rule);
            let _ = writeln!(out, "- {severity} `{rule}`: {}", text(&short(&first.message, 300)));
        }
    }
    for help in cause.advice().iter().take(2) {
        let _ = writeln!(out, "- **help**: {}", text(&short(help, 600)));
    }
    for way in cause.ways_out().take(2) {
        let _ = writeln!(out, "- **way out**: {}", text(&short(&way, 600)));
    }
    out.push('\n');
}

/// The first line of a span, its secrets masked.
fn blamed_line(span: Span, sources: &Sources) -> String {
    let source = sources.file(span.file);
    let text = mask::secrets(&source.path, &source.text);
    let (line, _) = source.line_column(span.start);
    text.lines().nth(line as usize - 1).unwrap_or_default().trim().to_owned()
}

fn waves(out: &mut String, report: &Report) {
    if report.gate.waves.is_empty() {
        return;
    }
    let row = |wave: &gitops_model::WaveGate| {
        let clusters: Vec<&str> = wave.clusters.iter().map(AsRef::as_ref).collect();
        let because: Vec<String> =
            wave.because.iter().take(4).map(|b| text(&short(b, 300))).collect();
        vec![
            text(&wave.name),
            format!("**{}**", wave.decision.as_str()),
            wave.score.to_string(),
            text(&names(&clusters, 4)),
            text(wave.wait_time.as_deref().unwrap_or_default()),
            because.join("<br>"),
        ]
    };
    let rows: Vec<Vec<String>> = report.gate.waves.iter().map(row).collect();
    table(out, &["wave", "decision", "risk", "clusters", "soaks", "because"], &rows);
}

fn changes(out: &mut String, report: &Report, causes: &[Cause<'_>]) {
    let (changes, _) = plain_changes(report, causes);
    details(out, &plural(changes.len(), "other change"), changes.is_empty(), |out| {
        let row = |plain: &PlainChange<'_>| {
            let change = plain.change;
            let field = change.fields.first().map_or_else(String::new, |field| {
                let side =
                    |value: &Option<String>| code(&short(value.as_deref().unwrap_or(""), 60));
                format!("{} {} → {}", code(&field.path), side(&field.before), side(&field.after))
            });
            vec![
                crate::json::action(change.action).into(),
                text(&change.key.to_string()),
                field,
                text(&places(&plain.places)),
            ]
        };
        let rows: Vec<Vec<String>> = changes.iter().map(row).collect();
        table(out, &["", "object", "first field", "where"], &rows);
    });
}

fn risk(out: &mut String, report: &Report) {
    let causes = &report.risk.causes;
    details(
        out,
        &format!("risk {}/100, how it adds up", report.risk.score),
        causes.is_empty(),
        |out| {
            for cause in causes.iter().take(10) {
                let _ = writeln!(
                    out,
                    "- **{}** {} in {}<br>{}",
                    cause.score,
                    text(&cause.label),
                    text(&cause.environment),
                    text(&sum(cause, &Style::plain()))
                );
                for lower in cause.lowers.iter().take(2) {
                    let _ = writeln!(out, "  - lower to {}: {}", lower.score, text(&lower.label));
                }
            }
            let _ = writeln!(out, "\nmodel `{}`", report.risk.model);
        },
    );
}

/// What a revert would not bring back.
fn rollback(out: &mut String, report: &Report) {
    let losses = &report.rollback;
    let summary = format!("{} that a revert would not restore", plural(losses.len(), "thing"));
    details(out, &summary, losses.is_empty(), |out| {
        for loss in losses.iter().take(MOST_ROWS) {
            let (class, object) = (loss.class.as_str(), code(&loss.key.to_string()));
            let (why, keep) = (text(&short(&loss.why, 300)), text(&short(&loss.keep.text, 300)));
            let _ = writeln!(out, "- **{class}** {object}: {why}. Before the merge: {keep}");
        }
    });
}

fn unchecked(out: &mut String, report: &Report) {
    let all = &report.unchecked;
    details(out, &format!("{} not checked", all.len()), all.is_empty(), |out| {
        for unchecked in all.iter().take(MOST_ROWS) {
            let changed = if unchecked.changed { "**changed** " } else { "" };
            let _ = writeln!(
                out,
                "- {changed}{}: {}",
                text(&unchecked.what),
                text(&short(&unchecked.why, 300))
            );
        }
        if all.len() > MOST_ROWS {
            let _ = writeln!(out, "- and {} more", all.len() - MOST_ROWS);
        }
    });
}

fn details(out: &mut String, summary: &str, empty: bool, body: impl FnOnce(&mut String)) {
    if !empty {
        let _ = writeln!(out, "<details><summary>{summary}</summary>\n");
        body(out);
        out.push_str("\n</details>\n\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_comment() {
        let (report, sources) = sample::blocked();
        insta::assert_snapshot!(markdown(&report, &sources));
    }

    #[test]
    fn a_comment_fits_and_is_text() {
        let (mut report, sources) = sample::blocked();
        let first = report.findings[0].clone();
        for n in 0..500 {
            let mut finding = first.clone();
            finding.cause = n.to_string();
            finding.message = format!("</details><script>`x` @team #{n} | {}", "long ".repeat(500));
            report.findings.push(finding);
        }
        let comment = markdown(&report, &sources);
        assert!(comment.chars().count() <= MOST_CHARACTERS);
        assert!(!comment.contains("<script") && !comment.contains("@team"));
        assert!(comment.contains("causes left out"));
    }

    #[test]
    fn pipes_stay_in_their_cell() {
        assert_eq!(cell_text("`a|b` c\\|d"), "`a\\|b` c\\|d");
    }
}
