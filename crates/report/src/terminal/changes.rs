//! What changes without anything to say against it.

use gitops_model::{Action, ChangeReport, Report};

use super::causes::reached;
use super::style::{Page, Tone};
use crate::escape;
use crate::view::{Cause, places, plain_changes, plural};

/// Changes that are shown; further ones are counted.
const MOST: usize = 6;

/// The changes that no cause tells of.
pub(crate) fn section(page: &mut Page<'_>, report: &Report, causes: &[Cause<'_>]) {
    let (changes, reach) = plain_changes(report, causes);
    if changes.is_empty() {
        return;
    }
    page.section(if causes.is_empty() { "Changes" } else { "Other changes" });
    for plain in changes.iter().take(MOST) {
        let (mark, ascii, tone) = match plain.change.action {
            Action::Added => ("+", "+", Tone::Good),
            Action::Removed => ("−", "-", Tone::Bad),
            Action::Modified => ("~", "~", Tone::Warn),
            Action::Moved => ("→", ">", Tone::Note),
            Action::Recreated => ("↻", "@", Tone::Bad),
        };
        let start = format!("  {} ", page.style.paint(tone, page.style.pick(mark, ascii)));
        page.wrapped(&start, 4, &format!("{} ({})", plain.change.key, places(&plain.places)));
        if let Some(fields) = fields(plain.change, page) {
            page.line(&fields);
        }
    }
    if let Some(rest) = changes.len().checked_sub(MOST).filter(|n| *n > 0) {
        let rest = page.style.paint(Tone::Dim, &format!("    and {} more", plural(rest, "change")));
        page.line(&rest);
    }
    reached(page, &reach);
}

/// `image: web:1.0 → web:1.1, and 2 fields more`.
fn fields(change: &ChangeReport, page: &Page<'_>) -> Option<String> {
    let first = change
        .fields
        .first()
        .filter(|_| matches!(change.action, Action::Modified | Action::Recreated))?;
    let side = |value: &Option<String>| {
        escape::short(&escape::line(value.as_deref().unwrap_or("nothing")), 36)
    };
    let arrow = page.style.paint(Tone::Dim, page.style.pick("→", "->"));
    let more = match change.fields.len() - 1 {
        0 => String::new(),
        n => page.style.paint(Tone::Dim, &format!(", and {} more", plural(n, "field"))),
    };
    Some(format!(
        "    {}: {} {arrow} {}{more}",
        escape::line(&first.path),
        side(&first.before),
        side(&first.after)
    ))
}
