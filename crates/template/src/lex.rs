//! Template text to tokens: text, and what stands between `{{` and `}}`.

use crate::error::{Error, ErrorKind};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text outside of actions, already trimmed.
    Text,
    Open,
    Close,
    Space,
    /// `.name`
    Field,
    Dot,
    /// `$` or `$name`
    Variable,
    /// A function's name or a keyword.
    Word,
    Number,
    Char,
    /// `"…"` or `` `…` ``, quotes included.
    Quoted,
    Pipe,
    OpenParen,
    CloseParen,
    Comma,
    Assign,
    Declare,
    End,
}

/// A piece of the template text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Splits a whole template.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    let mut lexer = Lexer { text, at: 0, parens: 0, out: Vec::new() };
    lexer.run()?;
    Ok(lexer.out)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    parens: usize,
    out: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let start = self.at;
        self.at += length;
        self.out.push(Token { kind, start, end: self.at });
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, Error> {
        Err(Error::new(ErrorKind::Syntax, message, self.at))
    }

    fn run(&mut self) -> Result<(), Error> {
        let mut trim_next = false;
        loop {
            let rest = self.rest();
            let length = rest.find("{{").unwrap_or(rest.len());
            let mut piece = &rest[..length];
            let start =
                if trim_next { piece.len() - piece.trim_start_matches(is_space).len() } else { 0 };
            piece = &piece[start..];
            let opens = length < rest.len();
            let trims = opens && trim_marker_after(&rest[length + 2..]);
            if trims {
                piece = piece.trim_end_matches(is_space);
            }
            if !piece.is_empty() {
                let start = self.at + start;
                self.out.push(Token { kind: Kind::Text, start, end: start + piece.len() });
            }
            self.at += length;
            if !opens {
                self.push(Kind::End, 0);
                return Ok(());
            }
            let open = if trims { 4 } else { 2 };
            trim_next = if self.text[self.at + open..].starts_with("/*") {
                self.at += open;
                self.comment()?
            } else {
                self.push(Kind::Open, open);
                self.action()?
            };
        }
    }

    /// Passes a comment over; true if the text behind it is trimmed.
    fn comment(&mut self) -> Result<bool, Error> {
        let Some(length) = self.rest().find("*/") else {
            return self.fail("a comment is never closed");
        };
        self.at += length + 2;
        let Some((length, trims)) = close_length(self.rest()) else {
            return self.fail("a comment must fill its action: `*/` is not followed by `}}`");
        };
        self.at += length;
        Ok(trims)
    }

    /// Reads up to the closing `}}`; true if the text behind it is trimmed.
    fn action(&mut self) -> Result<bool, Error> {
        self.parens = 0;
        loop {
            if let Some((length, trims)) = close_length(self.rest()) {
                if self.parens > 0 {
                    return self.fail("a `(` is never closed");
                }
                self.push(Kind::Close, length);
                return Ok(trims);
            }
            self.token()?;
        }
    }

    fn token(&mut self) -> Result<(), Error> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return self.fail("an action is never closed");
        };
        match first {
            c if is_space(c) => {
                let mut length = rest.len() - rest.trim_start_matches(is_space).len();
                // The last blank may belong to a closing ` -}}`.
                if close_length(&rest[length - 1..]).is_some_and(|(_, trims)| trims) {
                    length -= 1;
                }
                self.push(Kind::Space, length);
            }
            '|' => self.push(Kind::Pipe, 1),
            ',' => self.push(Kind::Comma, 1),
            '=' => self.push(Kind::Assign, 1),
            ':' if rest.starts_with(":=") => self.push(Kind::Declare, 2),
            '(' => {
                self.parens += 1;
                self.push(Kind::OpenParen, 1);
            }
            ')' if self.parens == 0 => return self.fail("a `)` without its `(`"),
            ')' => {
                self.parens -= 1;
                self.push(Kind::CloseParen, 1);
            }
            '"' | '\'' | '`' => self.quoted(first)?,
            '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                self.name(Kind::Field, Kind::Dot)?;
            }
            '$' => self.name(Kind::Variable, Kind::Variable)?,
            '.' | '+' | '-' | '0'..='9' => self.number()?,
            c if is_word(c) => self.name(Kind::Word, Kind::Word)?,
            c => return self.fail(format!("the character {c:?} has no meaning here")),
        }
        Ok(())
    }

    /// A name behind its first character; `alone` if nothing follows that one.
    fn name(&mut self, kind: Kind, alone: Kind) -> Result<(), Error> {
        let rest = self.rest();
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let tail = &rest[first..];
        let length = first + tail.len() - tail.trim_start_matches(is_word).len();
        self.push(if length == first { alone } else { kind }, length);
        let next = self.rest().chars().next();
        let ends = next.is_none_or(|c| is_space(c) || ".,|:()".contains(c));
        if ends || close_length(self.rest()).is_some() {
            return Ok(());
        }
        self.fail(format!("the character {:?} cannot stand in a name", next.unwrap_or(' ')))
    }

    fn quoted(&mut self, quote: char) -> Result<(), Error> {
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((i, c)) = chars.next() {
            match c {
                '\\' if quote != '`' => {
                    chars.next();
                }
                '\n' if quote != '`' => break,
                c if c == quote => {
                    let kind = if quote == '\'' { Kind::Char } else { Kind::Quoted };
                    self.push(kind, i + 1);
                    return Ok(());
                }
                _ => {}
            }
        }
        self.fail("a string is never closed")
    }

    fn number(&mut self) -> Result<(), Error> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let mut length = usize::from(matches!(bytes[0], b'+' | b'-'));
        let hex = rest[length..].starts_with("0x") || rest[length..].starts_with("0X");
        while let Some(b) = bytes.get(length) {
            let before = bytes[length.saturating_sub(1)];
            let exponent = if hex { b"pP" } else { b"eE" };
            match b {
                b'0'..=b'9' | b'_' | b'.' | b'a'..=b'z' | b'A'..=b'Z' => length += 1,
                b'+' | b'-' if exponent.contains(&before) => length += 1,
                _ => break,
            }
        }
        self.push(Kind::Number, length);
        Ok(())
    }
}

/// Blanks in Go templates: no Unicode ones.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Whether a `{{` is followed by the marker that trims the text before it.
fn trim_marker_after(text: &str) -> bool {
    text.starts_with('-') && text[1..].starts_with(is_space)
}

/// Length of a closing `}}` or ` -}}` here, and whether it trims the text behind it.
fn close_length(text: &str) -> Option<(usize, bool)> {
    if text.starts_with("}}") {
        return Some((2, false));
    }
    (text.starts_with(is_space) && text[1..].starts_with("-}}")).then_some((4, true))
}
