//! What a revert would not bring back.

use gitops_model::{Report, Reversal};

use super::style::{Page, Tone};
use crate::escape;

/// Losses that are told; the others are counted.
const MOST: usize = 4;

/// The losses, worst first, each with what to keep before the merge.
pub(crate) fn section(page: &mut Page<'_>, report: &Report) {
    if report.rollback.is_empty() {
        return;
    }
    page.section("A revert would not restore");
    for loss in report.rollback.iter().take(MOST) {
        let tone = if loss.class == Reversal::Lost { Tone::Bad } else { Tone::Warn };
        let start = format!("  {} ", page.style.paint(tone, loss.class.as_str()));
        page.wrapped(&start, 5, &format!("{}: {}", loss.key, loss.why));
        page.wrapped("     ", 5, &format!("before the merge: {}", loss.keep.text));
        for command in &loss.keep.commands {
            page.line(&format!("     $ {}", escape::line(command)));
        }
    }
    if report.rollback.len() > MOST {
        let rest = format!("     {} in all", report.rollback.len());
        page.line(&page.style.paint(Tone::Dim, &rest));
    }
}
