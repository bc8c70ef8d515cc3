//! Rules and their pages.

use gitops_model::{Persona, RuleMeta, Severity};

use super::style::{Page, Style, Tone};

/// All rules, one a line.
#[must_use]
pub fn rules(rules: &[RuleMeta], style: &Style) -> String {
    let mut page = Page::new(style);
    let rows: Vec<_> = rules
        .iter()
        .map(|rule| {
            let tone = match rule.severity {
                Severity::Error => Tone::Bad,
                Severity::Warning => Tone::Warn,
                Severity::Note => Tone::Note,
            };
            vec![
                (rule.severity.as_str().to_owned(), Some(tone)),
                (rule.id.to_owned(), Some(Tone::Strong)),
                (summary(rule), None),
            ]
        })
        .collect();
    page.table(&rows);
    page.finish()
}

/// What a rule finds, and whether it speaks only when asked to.
fn summary(rule: &RuleMeta) -> String {
    match rule.persona {
        Persona::Regular => rule.summary.to_owned(),
        Persona::Pedantic => format!("{} (pedantic)", rule.summary),
    }
}

/// A rule's page for a terminal: headings are strong, code is set off, prose is wrapped.
#[must_use]
pub fn explain(rule: &RuleMeta, style: &Style) -> String {
    let mut page = Page::new(style);
    let mut prose = String::new();
    let mut fenced = false;
    for line in rule.page.lines() {
        let fence = line.trim_start().starts_with("```");
        let block = fenced || fence || line.is_empty() || line.starts_with(['#', '|']);
        if block || line.starts_with("- ") {
            flush(&mut page, &mut prose);
        }
        match line {
            _ if fence => {
                fenced = !fenced;
                code_title(&mut page, line, fenced);
            }
            _ if fenced => page.line(&format!("    {}", crate::escape::line(line))),
            "" => page.blank(),
            _ if line.starts_with('#') => {
                let title = page.style.paint(Tone::Strong, line.trim_start_matches('#').trim());
                page.line(&title);
            }
            _ if block => page.line(line),
            _ => {
                prose += if prose.is_empty() { "" } else { " " };
                prose += line;
            }
        }
    }
    flush(&mut page, &mut prose);
    page.finish()
}

fn flush(page: &mut Page<'_>, prose: &mut String) {
    if prose.is_empty() {
        return;
    }
    match prose.strip_prefix("- ") {
        Some(item) => page.wrapped(page.style.pick("  • ", "  - "), 4, item),
        None => page.wrapped("", 0, prose),
    }
    prose.clear();
}

/// The file that an example stands for: ```` ```yaml base=apps/web.yaml ```` is said as `base apps/web.yaml`.
fn code_title(page: &mut Page<'_>, fence: &str, opens: bool) {
    let named = fence.split_whitespace().skip(1).find_map(|word| word.split_once('='));
    if let (true, Some((side, path))) = (opens, named) {
        let side = match side {
            "base" => "before: ",
            "head" => "after: ",
            _ => "",
        };
        let title = page.style.paint(Tone::Dim, &format!("  {side}{path}"));
        page.line(&title);
    }
}
