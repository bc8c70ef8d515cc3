//! A plan as Markdown, for an issue or a comment.

use std::fmt::Write;

use gitops_model::{Act, Advice, Finding, Hunk, Plan, Step};

use super::words::{clusters, doubt, kind, open, place, promotion, proven};
use crate::escape::{self, markdown as text};
use crate::view::plural;

/// The plan as Markdown.
#[must_use]
pub fn markdown(plan: &Plan, findings: &[Finding]) -> String {
    let mut out = String::from("## The way out\n\n");
    if plan.ways.is_empty() && plan.open.is_empty() {
        out += "Nothing of this change needs a way out.\n";
        return out;
    }
    for way in &plan.ways {
        let _ = writeln!(
            out,
            "- **{}** ({}). {}. Revert: {}.",
            text(&way.title),
            text(&place(way)),
            text(&way.affects),
            text(&way.reversible)
        );
    }
    let _ = writeln!(out, "\n{} proven by the engine.", plural(proven(plan), "commit"));
    for (number, step) in (1..).zip(&plan.steps) {
        told(&mut out, plan, number, step);
    }
    let mut open = open(plan, findings).peekable();
    if open.peek().is_some() {
        out += "\n### Left open\n\n";
    }
    for finding in open {
        let help = finding.help.as_deref().unwrap_or_default();
        let _ = writeln!(out, "- {}. {}", text(&finding.message), text(help));
    }
    out
}

fn told(out: &mut String, plan: &Plan, number: usize, step: &Step) {
    let _ = writeln!(out, "\n### {number}. {}: {}\n", kind(step), text(&step.title));
    let by_hand = match &step.act {
        Act::Commit { hunks, by_hand, .. } => {
            if !hunks.is_empty() {
                fenced(out, "diff", &hunks.iter().map(diff).collect::<String>());
            }
            by_hand
        }
        Act::Run { files, commands, by_hand, .. } => {
            for (name, file) in files {
                let _ = writeln!(out, "{}:\n", escape::code(name));
                let lines: String =
                    file.lines().map(|l| format!("{}\n", escape::line(l))).collect();
                fenced(out, "yaml", &lines);
            }
            shell(out, commands);
            by_hand
        }
    };
    for why in by_hand {
        let _ = writeln!(out, "- [ ] by hand: {}", text(why));
    }
    if let Some(promotion) = promotion(plan, step) {
        let _ = writeln!(out, "- {}", text(&promotion));
    }
    let _ = writeln!(out, "- on {}", text(&clusters(step)));
    advice(out, "check", &step.check);
    advice(out, "undo", &step.undo);
    if let Some(doubt) = doubt(step) {
        let _ = writeln!(out, "- **{}**", text(&doubt));
    }
}

fn advice(out: &mut String, word: &str, advice: &Advice) {
    for line in advice.text.lines() {
        let _ = writeln!(out, "- {word}: {}", text(line));
    }
    if !advice.commands.is_empty() {
        out.push('\n');
        shell(out, &advice.commands);
    }
}

fn shell(out: &mut String, commands: &[String]) {
    if !commands.is_empty() {
        let lines: String = commands.iter().map(|c| format!("{}\n", escape::line(c))).collect();
        fenced(out, "sh", &lines);
    }
}

fn diff(hunk: &Hunk) -> String {
    let mut out = format!("@@ {}:{} @@\n", escape::line(&hunk.path), hunk.line);
    for (sign, text) in [('-', &hunk.before), ('+', &hunk.after)] {
        for line in text.lines() {
            let _ = writeln!(out, "{sign}{}", escape::line(line));
        }
    }
    out
}

/// A block that no line of it can end.
fn fenced(out: &mut String, language: &str, lines: &str) {
    let mut fence = "```".to_owned();
    while lines.contains(&fence) {
        fence.push('`');
    }
    let _ = writeln!(out, "{fence}{language}\n{lines}{fence}\n");
}
