//! Where characters go: columns, line breaks, indentation and the scalar styles, as libyaml writes them.

use super::style::{Styles, is_break, is_plain_block, is_printable, is_simple};
use crate::lines::BYTE_ORDER_MARK;

/// Spaces per level.
const INDENT: usize = 2;
/// A key of more bytes is written behind `? `.
const LONGEST_SIMPLE_KEY: usize = 128;

/// How a text is to be written, if its characters allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Plain,
    Double,
    Literal,
}

pub(super) struct Emitter {
    pub(super) out: String,
    /// Text is folded at the first space behind this column.
    width: usize,
    column: usize,
    /// White space, or the start of a line, was written last.
    whitespace: bool,
    /// Nothing but indentation and indicators stands on this line.
    pub(super) indention: bool,
}

/// The indentation of what stands below `indent`; the root stands below nothing.
pub(super) fn below(indent: Option<usize>) -> usize {
    indent.map_or(0, |i| i + INDENT)
}

impl Emitter {
    pub(super) fn new(width: usize) -> Self {
        Self { out: String::new(), width, column: 0, whitespace: true, indention: true }
    }

    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn put_break(&mut self, c: char) {
        self.out.push(c);
        self.column = 0;
    }

    /// Goes to `indent`, on a new line unless this one is still free.
    pub(super) fn indent(&mut self, indent: usize) {
        let taken = self.column > indent || self.column == indent && !self.whitespace;
        if !self.indention || taken {
            self.put_break('\n');
        }
        self.out.extend(std::iter::repeat_n(' ', indent.saturating_sub(self.column)));
        self.column = self.column.max(indent);
        (self.whitespace, self.indention) = (true, true);
    }

    /// Goes to the next document.
    pub(super) fn separator(&mut self) {
        self.out.push_str("---\n");
        (self.column, self.whitespace, self.indention) = (0, true, true);
    }

    /// Writes an indicator that stands directly behind what was written.
    pub(super) fn indicator(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.len();
        (self.whitespace, self.indention) = (false, false);
    }

    /// Writes an indicator that needs a space before it.
    pub(super) fn spaced(&mut self, text: &str) {
        self.space();
        self.indicator(text);
    }

    /// Writes an indicator after which the line still counts as free: `-`, `?` and the `:` of a long key.
    pub(super) fn opening(&mut self, text: &str) {
        let indention = self.indention;
        self.spaced(text);
        self.indention = indention;
    }

    fn space(&mut self) {
        if !self.whitespace {
            self.put(' ');
        }
    }

    /// Writes a key and its colon.
    pub(super) fn key(&mut self, key: &str, wish: Wish, indent: usize) {
        let styles = Styles::of(key);
        if styles.multiline || key.len() > LONGEST_SIMPLE_KEY {
            self.opening("?");
            self.scalar(key, wish, Some(indent));
            self.indent(indent);
            self.opening(":");
        } else {
            match wish {
                Wish::Plain if styles.plain && !key.is_empty() => self.plain(key, None),
                Wish::Plain if styles.single => self.single(key, None),
                _ => self.double(key, None),
            }
            self.indicator(":");
        }
    }

    /// Writes a scalar that is no key of one line.
    pub(super) fn scalar(&mut self, text: &str, wish: Wish, indent: Option<usize>) {
        // libyaml indents the content of a root scalar too.
        let indent = indent.map_or(INDENT, |i| i + INDENT);
        let styles = match wish {
            Wish::Literal if is_plain_block(text) => return self.literal(text, indent),
            _ => Styles::of(text),
        };
        match wish {
            Wish::Plain if styles.plain => self.plain(text, Some(indent)),
            Wish::Plain if styles.single => self.single(text, Some(indent)),
            Wish::Literal if styles.block => self.literal(text, indent),
            _ => self.double(text, Some(indent)),
        }
    }

    /// `fold` is the indentation of continuation lines, if there may be any.
    fn plain(&mut self, text: &str, fold: Option<usize>) {
        self.space();
        self.flow_text(text, fold, false);
        (self.whitespace, self.indention) = (false, false);
    }

    fn single(&mut self, text: &str, fold: Option<usize>) {
        self.spaced("'");
        self.flow_text(text, fold, true);
        self.indicator("'");
    }

    fn flow_text(&mut self, text: &str, fold: Option<usize>, quoted: bool) {
        let fits = fold.is_none() || text.len() <= self.width.saturating_sub(self.column);
        if fits && is_simple(text) {
            return self.put_word(text, quoted);
        }
        let (mut at, mut spaces, mut breaks) = (0, false, false);
        while let Some(c) = text[at..].chars().next() {
            let next = at + c.len_utf8();
            if c == ' ' {
                let alone = !spaces && !text[next..].starts_with(' ');
                match fold {
                    Some(indent) if alone && self.column > self.width && inside(text, at) => {
                        self.indent(indent);
                    }
                    _ => self.put(c),
                }
                spaces = true;
                at = next;
            } else if is_break(c) {
                if !breaks && c == '\n' {
                    self.put_break('\n');
                }
                self.put_break(c);
                (self.indention, breaks) = (true, true);
                at = next;
            } else {
                if breaks {
                    self.indent(fold.unwrap_or_default());
                }
                let word =
                    text[at..].find(|c| c == ' ' || is_break(c)).map_or(text.len(), |len| at + len);
                self.put_word(&text[at..word], quoted);
                (self.indention, spaces, breaks) = (false, false, false);
                at = word;
            }
        }
    }

    fn put_word(&mut self, word: &str, quoted: bool) {
        if quoted && word.contains('\'') {
            return self.put_word(&word.replace('\'', "''"), false);
        }
        self.out.push_str(word);
        self.column += if word.is_ascii() { word.len() } else { word.chars().count() };
    }

    fn double(&mut self, text: &str, fold: Option<usize>) {
        self.spaced("\"");
        // Behind a byte order mark libyaml escapes everything.
        let escape_all = text.starts_with(BYTE_ORDER_MARK);
        let mut spaces = false;
        for (i, c) in text.char_indices() {
            let escaped = escape_all || !is_printable(c) || is_break(c) || matches!(c, '"' | '\\');
            match fold {
                _ if escaped => self.escape(c),
                Some(indent)
                    if c == ' ' && !spaces && self.column > self.width && inside(text, i) =>
                {
                    self.indent(indent);
                    if text[i + 1..].starts_with(' ') {
                        self.put('\\');
                    }
                }
                _ => self.put(c),
            }
            spaces = c == ' ' && !escaped;
        }
        self.indicator("\"");
    }

    fn escape(&mut self, c: char) {
        let short = match c {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' | '\\' => c,
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let code = match u32::from(c) {
                    code @ 0..=0xff => format!("\\x{code:02X}"),
                    code @ 0x100..=0xffff => format!("\\u{code:04X}"),
                    code => format!("\\U{code:08X}"),
                };
                self.out.push_str(&code);
                self.column += code.len();
                return;
            }
        };
        self.put('\\');
        self.put(short);
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.spaced("|");
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.indicator("2");
        }
        let mut from_end = text.chars().rev().map(is_break);
        match (from_end.next(), from_end.next()) {
            (Some(true), Some(false)) => {}
            (Some(true), _) => self.indicator("+"),
            _ => self.indicator("-"),
        }
        self.put_break('\n');
        (self.whitespace, self.indention) = (true, true);
        for line in text.split_inclusive(is_break) {
            let content = line.trim_end_matches(is_break);
            if !content.is_empty() {
                self.indent(indent);
                self.put_word(content, false);
            }
            self.indention = false;
            if let Some(line_break) = line[content.len()..].chars().next() {
                self.put_break(line_break);
                self.indention = true;
            }
        }
    }
}

/// Whether the byte at `i` is neither the first nor the last.
fn inside(text: &str, i: usize) -> bool {
    i > 0 && i + 1 < text.len()
}
