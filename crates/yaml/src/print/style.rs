//! Which styles can hold a text: libyaml's analysis of a scalar.

use crate::source::BYTE_ORDER_MARK;

/// The styles that can hold a text in block context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Styles {
    pub(super) multiline: bool,
    pub(super) plain: bool,
    pub(super) single: bool,
    pub(super) block: bool,
}

impl Styles {
    pub(super) fn of(text: &str) -> Self {
        if text.is_empty() {
            return Self { multiline: false, plain: true, single: true, block: false };
        }
        let mut all = Self { multiline: false, plain: true, single: true, block: true };
        // Most texts are a word.
        if text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return all;
        }
        if text.starts_with("---") || text.starts_with("...") {
            all.plain = false;
        }
        for (at, c) in text.char_indices().filter(|(at, c)| *at == 0 || !is_dull(*c)) {
            let before = text[..at].chars().next_back();
            let after = text[at + c.len_utf8()..].chars().next();
            all.meet(before, c, after);
        }
        all
    }

    /// Narrows the choice by one character and its neighbours.
    fn meet(&mut self, before: Option<char>, c: char, after: Option<char>) {
        let at_edge = before.is_none() || after.is_none();
        let blank_follows = after.is_none_or(is_blank);
        self.plain &= !match c {
            '?' | '-' => before.is_none() && blank_follows,
            ':' => blank_follows,
            '#' => before.is_none_or(|b| is_blank(b) || is_break(b)),
            ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
            | '`' => before.is_none(),
            _ => false,
        };
        if !is_printable(c) {
            (self.plain, self.single, self.block) = (false, false, false);
        }
        if c == ' ' {
            self.plain &= !at_edge;
            self.block &= after.is_some();
            if before.is_some_and(is_break) {
                (self.plain, self.single) = (false, false);
            }
        } else if is_break(c) {
            (self.multiline, self.plain) = (true, false);
            if before == Some(' ') {
                (self.single, self.block) = (false, false);
            }
        }
    }
}

pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character that is not the first never matters.
fn is_dull(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '(' | ')' | ';' | '+' | '=')
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && c != BYTE_ORDER_MARK
}
