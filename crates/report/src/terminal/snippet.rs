//! The lines to blame, as source snippets.

use std::fmt;

use gitops_model::{Finding, Role};
use gitops_yaml::{Sources, Span};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity,
    SourceCode,
};

use super::style::Style;
use crate::{escape, mask};

/// The primary line of a finding with one line around it; empty where no file is at fault.
pub(super) fn snippet(finding: &Finding, sources: &Sources, style: &Style) -> String {
    let Some(primary) = finding.labels.iter().find(|l| l.role == Role::Primary) else {
        return String::new();
    };
    let source = sources.file(primary.span.file);
    let text = escape::source(&mask::secrets(&source.path, &source.text));
    let mut labels = vec![label(&text, primary.span, &primary.message, true)];
    // Places nearby fit into the same snippet; those further away would fill the screen.
    let (line, _) = source.line_column(primary.span.start);
    for other in finding
        .labels
        .iter()
        .filter(|l| l.role != Role::Primary && l.span.file == primary.span.file)
    {
        let (at, _) = source.line_column(other.span.start);
        if at != line && at.abs_diff(line) <= 3 {
            labels.push(label(&text, other.span, &other.message, false));
        }
    }
    let view = Snippet {
        source: NamedSource::new(escape::line(&source.path), text),
        labels,
        severity: match finding.severity {
            gitops_model::Severity::Error => Severity::Error,
            gitops_model::Severity::Warning => Severity::Warning,
            gitops_model::Severity::Note => Severity::Advice,
        },
    };
    let handler = GraphicalReportHandler::new_themed(theme(style))
        .with_width(style.width)
        .with_links(false)
        .with_context_lines(1)
        .without_syntax_highlighting();
    let mut out = String::new();
    // Writing to memory cannot fail; a span outside the text shows no snippet.
    if handler.render_report(&mut out, &view).is_err() {
        return String::new();
    }
    // The first line is for a message, which the report has said already.
    out.split_once('\n')
        .map_or_else(String::new, |(_, snippet)| snippet.trim_end().to_owned() + "\n")
}

/// A span on one line: the first line of a block is enough to find it.
fn label(text: &str, span: Span, message: &str, primary: bool) -> LabeledSpan {
    let (start, end) = (span.start as usize, (span.end as usize).min(text.len()));
    let first_line = text.get(start..end).map_or(0, |t| t.find('\n').unwrap_or(t.len()));
    let message = (!message.is_empty()).then(|| escape::line(message));
    if primary {
        LabeledSpan::new_primary_with_span(message, (start, first_line))
    } else {
        LabeledSpan::new_with_span(message, (start, first_line))
    }
}

fn theme(style: &Style) -> GraphicalTheme {
    match (style.unicode, style.color) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, true) => GraphicalTheme::ascii(),
        (false, false) => GraphicalTheme::none(),
    }
}

#[derive(Debug)]
struct Snippet {
    source: NamedSource<String>,
    labels: Vec<LabeledSpan>,
    severity: Severity,
}

impl fmt::Display for Snippet {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Snippet {}

impl Diagnostic for Snippet {
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
