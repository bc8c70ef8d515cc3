//! Go's `path.Match`, for one part of a path: `*`, `?`, `[a-z]`, `[^a]` and `\` before any of these.

/// A pattern that can be read.
#[derive(Debug)]
pub(crate) struct Glob(Vec<Token>);

#[derive(Debug)]
enum Token {
    /// Any text.
    Star,
    /// Any character.
    Any,
    Literal(char),
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Token {
    fn fits(&self, c: char) -> bool {
        match self {
            Self::Star | Self::Any => true,
            Self::Literal(own) => *own == c,
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
        }
    }
}

impl Glob {
    /// Reads a pattern; `None` where it is malformed.
    pub(crate) fn parse(pattern: &str) -> Option<Self> {
        let mut chars = pattern.chars().peekable();
        let mut tokens = Vec::new();
        while let Some(c) = chars.next() {
            tokens.push(match c {
                '*' => Token::Star,
                '?' => Token::Any,
                '\\' => Token::Literal(chars.next()?),
                '[' => {
                    let negated = chars.next_if_eq(&'^').is_some();
                    let mut ranges = Vec::new();
                    while ranges.is_empty() || chars.next_if_eq(&']').is_none() {
                        let low = member(&mut chars)?;
                        let is_range = chars.next_if_eq(&'-').is_some();
                        ranges.push((low, if is_range { member(&mut chars)? } else { low }));
                    }
                    Token::Class { negated, ranges }
                }
                literal => Token::Literal(literal),
            });
        }
        Some(Self(tokens))
    }

    /// Whether the whole text fits.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.prefixes(text).last() == Some(&text.len())
    }

    /// The lengths, in bytes, of all beginnings of a text that fit.
    pub(crate) fn prefixes(&self, text: &str) -> Vec<usize> {
        // Which tokens may be next: each character moves all of them on at once.
        let mut next = vec![false; self.0.len() + 1];
        next[0] = true;
        self.pass_stars(&mut next);
        let mut lengths = Vec::new();
        let is_end = |next: &[bool]| next.last() == Some(&true);
        if is_end(&next) {
            lengths.push(0);
        }
        for (at, c) in text.char_indices() {
            let mut then = vec![false; next.len()];
            for (i, token) in self.0.iter().enumerate().filter(|(i, t)| next[*i] && t.fits(c)) {
                then[i + usize::from(!matches!(token, Token::Star))] = true;
            }
            self.pass_stars(&mut then);
            if !then.contains(&true) {
                break;
            }
            if is_end(&then) {
                lengths.push(at + c.len_utf8());
            }
            next = then;
        }
        lengths
    }

    /// A star may stand for nothing.
    fn pass_stars(&self, next: &mut [bool]) {
        for (i, token) in self.0.iter().enumerate() {
            if next[i] && matches!(token, Token::Star) {
                next[i + 1] = true;
            }
        }
    }
}

/// A character of a class, with something behind it.
fn member(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    let member = match chars.next()? {
        '-' | ']' => return None,
        '\\' => chars.next()?,
        c => c,
    };
    chars.peek().is_some().then_some(member)
}

/// A pattern for one part of a path. Nearly all are words or of the form `*.jpg`, and every file of an artifact is
/// held against them.
#[derive(Debug)]
pub(crate) enum PathPattern {
    /// This text.
    Word(String),
    /// What ends so.
    Ending(String),
    /// Any other; none where it is malformed and fits nothing.
    Other(Option<Glob>),
}

impl PathPattern {
    /// Reads a pattern.
    pub(crate) fn parse(pattern: &str) -> Self {
        let is_plain = |text: &str| !text.contains(['*', '?', '[', '\\']);
        match pattern.strip_prefix('*').filter(|end| is_plain(end)) {
            Some(end) => Self::Ending(end.to_owned()),
            None if is_plain(pattern) => Self::Word(pattern.to_owned()),
            None => Self::Other(Glob::parse(pattern)),
        }
    }

    /// Whether it fits a part of a path.
    pub(crate) fn fits(&self, part: &str) -> bool {
        match self {
            Self::Word(word) => word == part,
            Self::Ending(end) => part.ends_with(end.as_str()),
            Self::Other(glob) => glob.as_ref().is_some_and(|glob| glob.is_match(part)),
        }
    }
}

/// Whether a pattern fits one part of a path; a malformed one fits nothing.
pub(crate) fn path_match(pattern: &str, part: &str) -> bool {
    PathPattern::parse(pattern).fits(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_go() {
        let cases = [
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("a?c", "abc", true),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[\\-x]", "-", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("*a*b", "xaybzb", true),
            ("[]a]", "]", false),
            ("[-]", "-", false),
            ("a[", "a", false),
            ("", "", true),
        ];
        for (pattern, text, want) in cases {
            assert_eq!(path_match(pattern, text), want, "{pattern} {text}");
        }
        for malformed in ["[", "a[", "[a", "[^]", "a\\", "[a-]", "[]"] {
            assert!(Glob::parse(malformed).is_none(), "{malformed}");
        }
    }

    #[test]
    fn long_texts_take_time_that_grows_with_them() {
        let text = "a".repeat(1 << 20);
        assert_eq!(Glob::parse("*a").unwrap().prefixes(&text).len(), text.len());
        assert!(Glob::parse("*b").unwrap().prefixes(&text).is_empty());
    }
}
