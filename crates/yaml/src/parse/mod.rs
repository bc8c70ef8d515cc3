//! Text to nodes. The only module that names the parser library.
//!
//! A stream is cut at its `---` lines first, so that what is wrong with one document takes none of the
//! others along. Positions come from the library's line and column alone (its index drifts after block
//! scalars with non-ASCII text); where a scalar ends is worked out from its style.

mod breaks;
mod build;
mod error;
mod extent;
mod limits;
mod map;
mod mend;
mod position;
mod tabs;

pub use error::{ErrorKind, ParseError};
pub use limits::Limits;

use crate::lines::line_starts;
use crate::{FileId, Node, Span};
use build::Builder;
use mend::Mended;
use position::Positions;

/// What [`parse`] found.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The documents, in order, but for those that cannot be read.
    pub documents: Vec<Node>,
    /// What was wrong.
    pub errors: Vec<ParseError>,
}

/// Parses every document of a text. Never fails: what cannot be read is an error beside the rest.
#[must_use]
pub fn parse(file: FileId, text: &str, limits: &Limits) -> Parsed {
    let mut out = Parsed::default();
    let mut limits = *limits;
    let starts = line_starts(text);
    for lines in documents(text, &starts) {
        let positions =
            Positions::new(text, &starts[lines.start..], starts.get(lines.end).copied());
        read(file, positions, &mut limits, &mut out);
    }
    out
}

/// Reads the documents between two cuts, almost always one.
fn read(file: FileId, positions: Positions, limits: &mut Limits, out: &mut Parsed) {
    let bytes = positions.text().as_bytes();
    // Nearly no text holds any: first look without stopping, which is many bytes at a time.
    if bytes.iter().fold(false, |found, b| found | is_control(*b)) {
        let at = bytes.iter().position(|b| is_control(*b)).unwrap_or_default();
        let message = format!("a control character, {:#04x}, may not stand here", bytes[at]);
        let start = positions.start() + at as u32;
        let span = Span::new(file, start, start + 1);
        out.errors.push(ParseError { kind: ErrorKind::Syntax, message, span, first: None });
        return;
    }
    if let Some(message) = bad_head(positions.text()) {
        let span = Span::new(file, positions.start(), positions.start());
        out.errors.push(ParseError { kind: ErrorKind::Syntax, message, span, first: None });
        return;
    }
    let mut mended = Mended::new(positions.text());
    loop {
        let mut builder = Builder::new(file, positions.clone().shifted(mended.shifts()), *limits);
        if let Err(error) = builder.run(mended.text()) {
            if mended.mend(&error) {
                continue;
            }
            builder.syntax(&error);
        }
        limits.alias_nodes = builder.limits.alias_nodes;
        out.documents.append(&mut builder.documents);
        out.errors.append(&mut builder.errors);
        return;
    }
}

/// What is wrong with the lines before a document: readers know the directives of YAML 1.1, and `...` ends
/// nothing there.
fn bad_head(text: &str) -> Option<String> {
    let lines = text.lines().map(str::trim_end);
    let mut lines = lines.filter(|l| !l.is_empty() && !l.trim_start().starts_with('#')).peekable();
    if lines.peek() == Some(&"...") {
        return Some("`...` ends a document, but none stands before it".to_owned());
    }
    lines.take_while(|line| line.starts_with('%')).find_map(|line| {
        match line.split_once(char::is_whitespace) {
            Some(("%YAML", version)) if version.trim() == "1.1" => None,
            Some(("%YAML", version)) => {
                Some(format!("readers know YAML 1.1 alone, this says {}", version.trim()))
            }
            Some(("%TAG", _)) => None,
            _ => Some(format!("readers do not know the directive `{line}`")),
        }
    })
}

fn is_control(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7f
}

/// The lines of each document: a `---` line starts a new one, unless nothing but comments and directives
/// stands before it. kustomize cuts at `---#` as well, which the parser library would take for text.
fn documents(text: &str, starts: &[u32]) -> Vec<std::ops::Range<usize>> {
    let mut cuts = Vec::new();
    let (mut first, mut has_content) = (0, false);
    for (line, start) in starts.iter().enumerate() {
        let rest = &text[*start as usize..];
        let marker = rest.strip_prefix("---");
        let is_marker =
            marker.is_some_and(|r| r.is_empty() || r.starts_with([' ', '\t', '\n', '\r']));
        if is_marker && has_content {
            cuts.push(first..line);
            first = line;
        }
        if line > 0 && marker.is_some_and(|r| r.starts_with('#') && r.contains('\n')) {
            if has_content {
                cuts.push(first..line);
            }
            (first, has_content) = (line + 1, false);
            continue;
        }
        has_content = has_content || is_marker || has_more_than_comment(rest);
    }
    cuts.push(first..starts.len());
    cuts
}

/// Whether the line that `rest` starts with holds anything but a comment, a directive or `...`.
fn has_more_than_comment(rest: &str) -> bool {
    let content = rest.trim_start_matches([' ', '\t']).chars().next();
    !matches!(content, None | Some('#' | '\n' | '\r'))
        && !rest.starts_with('%')
        && !rest.starts_with("...")
}
