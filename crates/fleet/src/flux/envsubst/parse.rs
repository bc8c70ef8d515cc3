//! From text to the expressions in it.

use super::{BAD, BAD_ARGUMENT, BAD_DEFAULT, Error, Expression, NO_NAME, Part, Template, UNCLOSED};

/// How deep expressions may stand in each other's arguments.
const MAX_DEPTH: usize = 64;

impl Template {
    /// Parses a text.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        let mut parts = Vec::new();
        while parser.at < text.len() {
            parts.push(match parser.expression()? {
                Some(expression) => Part::Expression(expression),
                None => Part::Text(parser.literal(|_| true, Escapes::DOLLAR)),
            });
        }
        Ok(Self(parts))
    }
}

/// Which characters a doubled or escaped form stands for.
#[derive(Clone, Copy)]
struct Escapes {
    dollar: bool,
    backslash: bool,
}

impl Escapes {
    const NONE: Self = Self { dollar: false, backslash: false };
    const DOLLAR: Self = Self { dollar: true, backslash: false };
    const ALL: Self = Self { dollar: true, backslash: true };
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes characters as long as `accept` holds for each and its number, from 1.
    fn take(&mut self, accept: impl Fn(char, usize) -> bool) -> String {
        let taken = self.rest().chars().zip(1..).take_while(|(c, i)| accept(*c, *i));
        let taken: String = taken.map(|(c, _)| c).collect();
        self.at += taken.len();
        taken
    }

    /// Takes text up to the next `${` or the first character that is not accepted.
    fn literal(&mut self, accept: impl Fn(char) -> bool, escapes: Escapes) -> String {
        let mut out = String::new();
        while let Some(c) = self.peek() {
            let rest = self.rest();
            let escaped = escapes.dollar && rest.starts_with("$$")
                || escapes.backslash && (rest.starts_with("\\/") || rest.starts_with("\\\\"));
            if rest.starts_with("${") || !escaped && !accept(c) {
                break;
            }
            self.at += usize::from(escaped);
            let Some(c) = self.peek() else { break };
            out.push(c);
            self.at += c.len_utf8();
        }
        out
    }

    fn close(&mut self) -> Result<(), Error> {
        if self.peek() != Some('}') {
            return Err(BAD);
        }
        self.at += 1;
        Ok(())
    }

    /// The expression that starts here, if one does.
    fn expression(&mut self) -> Result<Option<Expression>, Error> {
        let start = self.at;
        if !self.rest().starts_with("${") {
            return Ok(None);
        }
        if self.depth >= MAX_DEPTH {
            return Err(BAD_ARGUMENT);
        }
        self.at += 2;
        self.depth += 1;
        let (name, operator, arguments) = self.body()?;
        self.depth -= 1;
        Ok(Some(Expression { name, operator, arguments, range: start..self.at }))
    }

    /// Name, operator and arguments, and the closing brace.
    fn body(&mut self) -> Result<(String, String, Vec<Part>), Error> {
        if self.peek() == Some('#') {
            self.at += 1;
            let name = self.take(is_name);
            if name.is_empty() {
                return Err(BAD);
            }
            self.close()?;
            return Ok((name, "#".to_owned(), Vec::new()));
        }
        let name = self.take(is_name);
        if name.is_empty() {
            return Err(NO_NAME);
        }
        let (operator, arguments) = match self.peek() {
            Some(':') => match self.rest().chars().nth(1) {
                Some('=' | '-' | '?' | '+') => self.default()?,
                Some(c) if c.is_ascii() => self.substring()?,
                _ => return Err(BAD),
            },
            Some('=') => self.default()?,
            Some(',' | '^') => (self.take(|c, i| matches!(c, ',' | '^') && i < 3), Vec::new()),
            Some('/') => self.replacement()?,
            Some(mark @ ('#' | '%')) => {
                let operator = self.take(|c, i| c == mark && i < 3);
                (operator, vec![self.argument(|c| c != '}', Escapes::NONE)?])
            }
            Some('}') => (String::new(), Vec::new()),
            _ => return Err(UNCLOSED),
        };
        self.close()?;
        Ok((name, operator, arguments))
    }

    /// An expression, or text that is not empty.
    fn argument(&mut self, accept: impl Fn(char) -> bool, escapes: Escapes) -> Result<Part, Error> {
        if let Some(expression) = self.expression()? {
            return Ok(Part::Expression(expression));
        }
        match self.literal(accept, escapes) {
            text if text.is_empty() => Err(BAD_ARGUMENT),
            text => Ok(Part::Text(text)),
        }
    }

    fn default(&mut self) -> Result<(String, Vec<Part>), Error> {
        let operator = if self.peek() == Some('=') {
            self.take(|_, i| i == 1)
        } else {
            self.take(|c, i| i == 1 && c == ':' || i == 2 && matches!(c, '=' | '-' | '?' | '+'))
        };
        if operator.is_empty() {
            return Err(BAD_DEFAULT);
        }
        let mut arguments = Vec::new();
        while self.peek() != Some('}') {
            arguments.push(self.argument(|c| c != '}', Escapes::NONE)?);
        }
        Ok((operator, arguments))
    }

    fn substring(&mut self) -> Result<(String, Vec<Part>), Error> {
        self.at += 1;
        let mut arguments = vec![self.argument(|c| c != ':' && c != '}', Escapes::NONE)?];
        if self.peek() == Some('}') {
            return Ok((":".to_owned(), arguments));
        }
        if self.take(|c, _| c == ':').is_empty() {
            return Err(BAD);
        }
        arguments.push(self.argument(|c| c != '}', Escapes::NONE)?);
        Ok((":".to_owned(), arguments))
    }

    fn replacement(&mut self) -> Result<(String, Vec<Part>), Error> {
        let operator =
            self.take(|c, i| i == 1 && c == '/' || i == 2 && matches!(c, '/' | '#' | '%'));
        let mut arguments = vec![self.argument(|c| c != '/', Escapes::ALL)?];
        if self.take(|c, _| c == '/').is_empty() {
            return Err(BAD);
        }
        if self.peek() != Some('}') {
            arguments.push(self.argument(|c| c != '}', Escapes::ALL)?);
        }
        Ok((operator, arguments))
    }
}

fn is_name(c: char, _: usize) -> bool {
    c.is_alphanumeric() || c == '_'
}
