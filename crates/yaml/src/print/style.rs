//! Which styles can hold a text: libyaml's analysis of a scalar.

use crate::lines::BYTE_ORDER_MARK;

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
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let next = at + c.len_utf8();
            all.meet(text[..at].chars().next_back(), c, text[next..].chars().next());
            at = next + dull(&text[next..]);
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

/// Whether a text is printable ASCII on one line: a column a byte.
pub(super) fn is_simple(text: &str) -> bool {
    // Without stopping, which is many bytes at a time.
    text.bytes().fold(true, |simple, b| simple & matches!(b, b' '..=b'~'))
}

/// Whether a block can hold a text, as is plain for most blocks: [`Styles`] look closer at the others.
pub(super) fn is_plain_block(text: &str) -> bool {
    text.bytes().fold(!text.is_empty(), |plain, b| plain & matches!(b, b'\n' | b' '..=b'~'))
        && !text.ends_with(' ')
        && !text.contains(" \n")
}

/// The length of the bytes at the start of what is left of a text that never matter: words, and the spaces
/// between them.
fn dull(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let is_between = |at: usize| at > 0 && bytes[at] == b' ' && at + 1 < bytes.len();
    let matters = |at: &usize| !DULL[usize::from(bytes[*at])] && !is_between(*at);
    (0..bytes.len()).find(matters).unwrap_or(bytes.len())
}

/// Characters that never matter unless they are the first, by their byte.
const DULL: [bool; 256] = {
    let mut dull = [false; 256];
    let mut byte = 0;
    while byte < 128u8 {
        dull[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'(' | b')' | b';' | b'+' | b'=');
        byte += 1;
    }
    dull
};

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && c != BYTE_ORDER_MARK
}
