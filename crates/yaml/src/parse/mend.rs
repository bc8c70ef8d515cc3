//! Text that go-yaml reads and the library refuses: it is mended in a copy, and parsed again.
//!
//! Continuation lines of quoted scalars and of `[…]` and `{…}` may stand further left in YAML 1.1 than in
//! 1.2, a tab may follow a `:`, and a colon ends the name of an alias. Indentation there means nothing, so
//! it can be added; what moved by how much is kept, for positions in the file.

use std::borrow::Cow;
use std::collections::BTreeMap;

use yaml_rust2::scanner::ScanError;

use super::extent::quoted_len;

/// Bytes that may be parsed again for one document: texts that need many repairs are small.
const BUDGET: usize = 32 << 20;
/// Deep enough for any line inside brackets.
const DEEP: usize = 256;

/// A document's text, repaired as far as was asked for.
pub(super) struct Mended<'t> {
    text: Cow<'t, str>,
    shifts: BTreeMap<usize, usize>,
    spent: usize,
}

impl<'t> Mended<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text: Cow::Borrowed(text), shifts: BTreeMap::new(), spent: 0 }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Spaces that were put before a line, by its number from 0.
    pub(super) fn shifts(&self) -> &BTreeMap<usize, usize> {
        &self.shifts
    }

    /// Repairs what `error` complains of; false if it is a real error.
    pub(super) fn mend(&mut self, error: &ScanError) -> bool {
        self.spent += self.text.len();
        if self.spent > BUDGET {
            return false;
        }
        let line = error.marker().line().saturating_sub(1);
        let column = error.marker().col();
        match error.info() {
            "invalid indentation in quoted scalar" => self.indent_quoted(line, column),
            "invalid indentation" | "invalid indentation in flow construct" => {
                self.indent(line..line + 1, DEEP)
            }
            "tab cannot be used as indentation" => self.indent(line..line + 1, DEEP),
            "while parsing node, found unknown anchor" => self.end_alias(line, column),
            "comments must be separated from other tokens by whitespace" => {
                self.insert_space(line, column)
            }
            "':' must be followed by a valid YAML whitespace" => self.replace_tabs(line, column),
            _ => false,
        }
    }

    fn line_start(&self, line: usize) -> Option<usize> {
        let breaks = self.text.match_indices('\n').map(|(i, _)| i + 1);
        std::iter::once(0).chain(breaks).nth(line)
    }

    fn byte(&self, line: usize, column: usize) -> Option<usize> {
        let start = self.line_start(line)?;
        let (ahead, _) = self.text[start..].char_indices().nth(column)?;
        Some(start + ahead)
    }

    /// Indents the lines of a quoted scalar, but for its first, behind the column where it starts.
    fn indent_quoted(&mut self, line: usize, column: usize) -> bool {
        let Some(start) = self.byte(line, column) else { return false };
        let source = &self.text[start..];
        let Some(quote) = source.bytes().next().filter(|b| matches!(b, b'\'' | b'"')) else {
            return false;
        };
        let len = quoted_len(source, quote);
        let lines = source[..len].matches('\n').count();
        lines > 0 && self.indent(line + 1..line + 1 + lines, column + 1)
    }

    /// Puts spaces before lines, once for each line.
    fn indent(&mut self, lines: std::ops::Range<usize>, spaces: usize) -> bool {
        let Some(start) = self.line_start(lines.start) else { return false };
        if self.shifts.contains_key(&lines.start) || self.spent + lines.len() * spaces > BUDGET {
            return false;
        }
        let mut text = self.text[..start].to_owned();
        for (i, line) in self.text[start..].split_inclusive('\n').enumerate() {
            if i < lines.len() {
                text.extend(std::iter::repeat_n(' ', spaces));
            }
            text.push_str(line);
        }
        self.shifts.extend(lines.map(|line| (line, spaces)));
        self.text = Cow::Owned(text);
        true
    }

    /// Puts a space between an alias that is a key and its colon.
    fn end_alias(&mut self, line: usize, column: usize) -> bool {
        let Some(start) = self.byte(line, column) else { return false };
        let alias = self.text[start..].strip_prefix('*').unwrap_or_default();
        let name = alias.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        let Some(len) = name.filter(|len| alias[*len..].starts_with(':')) else { return false };
        if self.shifts.contains_key(&line) {
            return false;
        }
        let colon = start + 1 + len;
        self.text = Cow::Owned(format!("{} {}", &self.text[..colon], &self.text[colon..]));
        self.shifts.insert(line, 1);
        true
    }

    /// Puts a space before a comment that follows a closing quote or bracket.
    fn insert_space(&mut self, line: usize, column: usize) -> bool {
        let Some(at) = self.byte(line, column) else { return false };
        let (before, comment) = self.text.split_at(at);
        if !before.ends_with(['"', '\'', ']', '}']) {
            return false;
        }
        self.text = Cow::Owned(format!("{before} {comment}"));
        true
    }

    /// Turns the tabs that end at a position into spaces.
    fn replace_tabs(&mut self, line: usize, column: usize) -> bool {
        let Some(end) = self.byte(line, column) else { return false };
        let kept = self.text[..end].trim_end_matches(['\t', ' ']).len();
        let text = format!("{}{}{}", &self.text[..kept], " ".repeat(end - kept), &self.text[end..]);
        let changed = kept < end && text != self.text;
        self.text = Cow::Owned(text);
        changed
    }
}
