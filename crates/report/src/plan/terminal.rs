//! A plan for a terminal.

use gitops_model::{Act, Advice, Finding, Hunk, Plan, Step};

use super::words::{clusters, doubt, kind, open, place, promotion, proven};
use crate::escape;
use crate::terminal::{Page, Style, Tone};
use crate::view::plural;

/// Columns of the words before what they are about.
const INDENT: usize = 12;

/// Lines of an edit that are shown; `--format json` and `markdown` have all.
const MOST_LINES: usize = 12;

/// The plan for a terminal, or for a pipe with [`Style::plain`].
#[must_use]
pub fn terminal(plan: &Plan, findings: &[Finding], style: &Style) -> String {
    let mut page = Page::new(style);
    if plan.ways.is_empty() && plan.open.is_empty() {
        page.line("nothing of this change needs a way out");
        return page.finish();
    }
    headline(&mut page, plan);
    for (number, way) in (1..).zip(&plan.ways) {
        let start = format!("  {number}  ");
        page.wrapped(&start, start.len(), &format!("{} ({})", way.title, place(way)));
        page.wrapped("     ", 5, &format!("{}; revert: {}", way.affects, way.reversible));
    }
    for (number, step) in (1..).zip(&plan.steps) {
        page.blank();
        told(&mut page, plan, number, step);
    }
    left_open(&mut page, plan, findings);
    page.finish()
}

fn headline(page: &mut Page<'_>, plan: &Plan) {
    let commits = plan.steps.iter().filter(|s| matches!(s.act, Act::Commit { .. })).count();
    let words = [
        plural(plan.steps.len(), "step"),
        format!("{} of {} proven by the engine", proven(plan), plural(commits, "commit")),
    ];
    page.line(&words.join(page.style.pick("  ·  ", "  -  ")));
    page.blank();
}

fn told(page: &mut Page<'_>, plan: &Plan, number: usize, step: &Step) {
    let start = format!("{number}. {}", page.style.paint(Tone::Strong, kind(step)));
    let columns = format!("{number}. {}  ", kind(step)).len();
    page.hanging(&format!("{start}  "), columns, 4, &step.title);
    let by_hand = match &step.act {
        Act::Commit { hunks, by_hand, .. } => {
            hunks.iter().for_each(|h| hunk(page, h));
            by_hand
        }
        Act::Run { files, commands, by_hand, .. } => {
            for (name, text) in files {
                lines(page, &format!("{name}, a file to write"), &[('+', Tone::Good, text)]);
            }
            commands.iter().for_each(|c| command(page, c));
            by_hand
        }
    };
    by_hand.iter().for_each(|why| entry(page, "by hand", Tone::Warn, why));
    if let Some(promotion) = promotion(plan, step) {
        entry(page, "promote", Tone::Note, &promotion);
    }
    entry(page, "on", Tone::Dim, &clusters(step));
    advice(page, "check", Tone::Good, &step.check);
    advice(page, "undo", Tone::Dim, &step.undo);
    if let Some(doubt) = doubt(step) {
        entry(page, "engine", Tone::Bad, &doubt);
    }
}

fn advice(page: &mut Page<'_>, word: &str, tone: Tone, advice: &Advice) {
    advice.text.lines().for_each(|line| entry(page, word, tone, line));
    advice.commands.iter().for_each(|c| command(page, c));
}

fn entry(page: &mut Page<'_>, word: &str, tone: Tone, text: &str) {
    let pad = " ".repeat(INDENT.saturating_sub(word.len() + 4));
    let start = format!("    {}{pad}", page.style.paint(tone, word));
    page.wrapped(&start, INDENT.max(word.len() + 5), text);
}

/// A command stands on one line, so that it can be copied.
fn command(page: &mut Page<'_>, command: &str) {
    page.line(&format!("{}$ {}", " ".repeat(INDENT), escape::line(command)));
}

fn hunk(page: &mut Page<'_>, hunk: &Hunk) {
    let at = format!("{}:{}", hunk.path, hunk.line);
    lines(page, &at, &[('-', Tone::Bad, &hunk.before), ('+', Tone::Good, &hunk.after)]);
}

/// Lines with a sign, the first ones where they are many.
fn lines(page: &mut Page<'_>, title: &str, parts: &[(char, Tone, &str)]) {
    let pad = " ".repeat(INDENT);
    page.line(&page.style.paint(Tone::Dim, &format!("    {}", escape::line(title))));
    for (sign, tone, text) in parts {
        let all = text.lines().count();
        let most = if all > MOST_LINES { MOST_LINES / 2 } else { all };
        for line in text.lines().take(most) {
            page.line(&page.style.paint(*tone, &format!("{pad}{sign} {}", escape::line(line))));
        }
        if all > most {
            let rest = format!("{pad}{sign} and {}", plural(all - most, "more line"));
            page.line(&page.style.paint(Tone::Dim, &rest));
        }
    }
}

fn left_open(page: &mut Page<'_>, plan: &Plan, findings: &[Finding]) {
    let mut open = open(plan, findings).peekable();
    if open.peek().is_none() {
        return;
    }
    page.section("Left open");
    for finding in open {
        page.wrapped("  ", 2, &format!("{} [{}]", finding.message, finding.rule));
        if let Some(help) = &finding.help {
            entry(page, "help", Tone::Good, help);
        }
    }
}
