//! Regular expressions in Go's dialect. Most patterns are plain words, which are compared, not compiled.

use gitops_yaml::SmolStr;
use regex::Regex;

use crate::decode::Text;
use crate::error::{Error, Result};

/// A pattern anchored at both ends.
pub(crate) enum Pattern {
    Words(SmolStr),
    Regex(Regex),
}

impl Pattern {
    pub(crate) fn anchored(pattern: &Text) -> Result<Self> {
        if is_words(&pattern.text) {
            return Ok(Self::Words(pattern.text.clone()));
        }
        go_regex(&format!("^(?:{})$", pattern.text))
            .map(Self::Regex)
            .map_err(|e| Error::at(format!("error parsing regexp: {e}"), pattern.span))
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Words(words) => behind(words, text) == Some(""),
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

/// Whether a pattern has no operator but the dot.
pub(crate) fn is_words(pattern: &str) -> bool {
    pattern.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_/:@.".contains(&b))
}

/// What stands behind words at the start of a text; a dot is any character.
pub(crate) fn behind<'t>(words: &str, text: &'t str) -> Option<&'t str> {
    let mut rest = text.chars();
    let mut fits = |word: char| rest.next().is_some_and(|c| c == word || word == '.' && c != '\n');
    words.chars().all(&mut fits).then_some(rest.as_str())
}

/// Compiles a pattern of Go's `regexp`, to which a brace that counts nothing is a brace.
pub(crate) fn go_regex(pattern: &str) -> std::result::Result<Regex, regex::Error> {
    let mut escaped = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(c) = rest.chars().next() {
        let len = match c {
            '\\' => c.len_utf8() + rest[1..].chars().next().map_or(0, char::len_utf8),
            _ => c.len_utf8(),
        };
        match c {
            '{' if !in_class && !is_count(rest) => escaped.push('\\'),
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        escaped.push_str(&rest[..len]);
        rest = &rest[len..];
    }
    regex::RegexBuilder::new(&escaped).size_limit(1 << 20).build()
}

/// Whether a text begins with `{2}`, `{2,}` or `{2,3}`.
fn is_count(text: &str) -> bool {
    let inner = text[1..].split_once('}').map_or("", |(inner, _)| inner);
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

#[cfg(test)]
mod tests {
    use super::{behind, go_regex, is_words};

    #[test]
    fn words_match_as_the_regular_expression_that_they_are() {
        for (words, text) in [
            ("web", "web"),
            ("web", "webs"),
            ("a.b", "a.b"),
            ("a.b", "aéb"),
            ("a.b", "a\nb"),
            ("", ""),
            ("ghcr.io/a:1", "ghcr.io/a"),
        ] {
            assert!(is_words(words));
            let regex = go_regex(&format!("^(?:{words})$")).unwrap();
            assert_eq!(behind(words, text) == Some(""), regex.is_match(text), "{words} {text:?}");
        }
        assert!(!is_words("we(b|d)") && !is_words("a b"));
    }
}
