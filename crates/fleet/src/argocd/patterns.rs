//! Three dialects of file patterns: gobwas globs, Go's `path.Match`, and git's pathspecs.

use regex::Regex;

/// A pattern of gobwas/glob without separators: `*` and `?` match `/`, `{a,b}` alternates. `None` if the
/// pattern is wrong; then it matches nothing.
pub(super) fn gobwas(pattern: &str) -> Option<Regex> {
    let mut out = String::new();
    let mut depth = 0usize;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            '\\' => out.push_str(&regex::escape(&chars.next()?.to_string())),
            '{' => {
                depth += 1;
                out.push_str("(?:");
            }
            '}' if depth > 0 => {
                depth -= 1;
                out.push(')');
            }
            ',' if depth > 0 => out.push('|'),
            '[' => {
                let negated = chars.next_if_eq(&'!').is_some();
                let inner: String = chars.by_ref().take_while(|c| *c != ']').collect();
                let items: Vec<char> = inner.chars().collect();
                let class = match items.as_slice() {
                    [] => return None,
                    [low, '-', high] => format!("{}-{}", class_char(*low), class_char(*high)),
                    [_, '-', ..] => return None,
                    list => list.iter().map(|c| class_char(*c)).collect(),
                };
                out.push_str(&format!("[{}{class}]", if negated { "^" } else { "" }));
            }
            c => out.push_str(&regex::escape(&c.to_string())),
        }
    }
    (depth == 0).then(|| anchored(&out))?
}

fn class_char(c: char) -> String {
    format!("\\x{{{:x}}}", c as u32)
}

fn anchored(body: &str) -> Option<Regex> {
    regex::RegexBuilder::new(&format!("^(?:{body})$"))
        .dot_matches_new_line(true)
        .size_limit(1 << 20)
        .build()
        .ok()
}

/// A pattern of Go's `path.Match`: `*` and `?` stop at `/`. `None` if the pattern is wrong.
pub(super) fn path_match(pattern: &str) -> Option<Regex> {
    anchored(&wild(pattern, "[^/]*", "[^/]", "^")?)
}

/// Translates `*`, `?`, `[…]` and `\`. `not` are the characters that negate a class.
fn wild(pattern: &str, many: &str, one: &str, not: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => {
                while chars.next_if_eq(&'*').is_some() {}
                out.push_str(many);
            }
            '?' => out.push_str(one),
            '\\' => out.push_str(&regex::escape(&chars.next()?.to_string())),
            '[' => out.push_str(&class(&mut chars, not)?),
            c => out.push_str(&regex::escape(&c.to_string())),
        }
    }
    Some(out)
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// The rest of a `[…]`.
fn class(chars: &mut Chars<'_>, not: &str) -> Option<String> {
    let negated = chars.next_if(|c| not.contains(*c)).is_some();
    let mut items = String::new();
    let mut first = true;
    loop {
        let c = match chars.next()? {
            ']' if !first => break,
            ':' if items.ends_with("\\x{5b}") => {
                // `[:alpha:]` of git.
                let name: String = chars.by_ref().take_while(|c| *c != ':').collect();
                chars.next_if_eq(&']')?;
                items.truncate(items.len() - "\\x{5b}".len());
                items.push_str(&format!("[:{name}:]"));
                continue;
            }
            '\\' => chars.next()?,
            c => c,
        };
        first = false;
        items.push_str(&class_char(c));
        if chars.peek() == Some(&'-') {
            let mut ahead = chars.clone();
            ahead.next();
            if ahead.peek().is_some_and(|c| *c != ']') {
                *chars = ahead;
                let high = match chars.next()? {
                    '\\' => chars.next()?,
                    high => high,
                };
                items.push('-');
                items.push_str(&class_char(high));
            }
        }
    }
    Some(format!("[{}{items}]", if negated { "^" } else { "" }))
}

/// A pathspec of git without magic: a path, which takes all below it, or a pattern in which `*` matches
/// `/`, too.
#[derive(Debug)]
pub(super) struct Pathspec {
    literal: String,
    pattern: Option<Regex>,
}

impl Pathspec {
    /// Reads a pathspec.
    ///
    /// # Errors
    /// When it leads out of the repository.
    pub(super) fn of(text: &str) -> Result<Self, String> {
        let mut parts: Vec<&str> = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_none() => {
                    return Err(format!("`{text}` leads out of the repository"));
                }
                ".." => {}
                part => parts.push(part),
            }
        }
        let mut literal = parts.join("/");
        if text.ends_with('/') && !literal.is_empty() {
            literal.push('/');
        }
        let is_wild = literal.contains(['*', '?', '[', '\\']);
        let pattern = is_wild.then(|| anchored(&wild(&literal, ".*", ".", "!^")?)).flatten();
        Ok(Self { literal, pattern })
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        let below = || {
            path.strip_prefix(self.literal.as_str()).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with('/') || self.literal.ends_with('/')
            })
        };
        self.literal.is_empty()
            || below()
            || self.pattern.as_ref().is_some_and(|p| p.is_match(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dialect_matches_as_its_tool_does() {
        let matches =
            |pattern: Option<Regex>, path: &str| pattern.is_some_and(|p| p.is_match(path));
        for (pattern, path, want) in [
            ("*.yaml", "a/b.yaml", true),
            ("{a,b}*", "b/x", true),
            ("?.yaml", "a.yaml", true),
            ("[!a].yaml", "a.yaml", false),
            ("[a-c].yaml", "b.yaml", true),
            ("[a-cx].yaml", "b.yaml", false),
            ("{a", "{a", false),
        ] {
            assert_eq!(matches(gobwas(pattern), path), want, "{pattern} {path}");
        }
        for (pattern, path, want) in [
            ("apps/*", "apps/a", true),
            ("apps/*", "apps/a/b", false),
            ("apps/**", "apps/a/b", false),
            ("apps/[^b]*", "apps/alpha", true),
            ("apps/[^b]*", "apps/beta", false),
            ("apps/[", "apps/[", false),
            ("apps[^x]a", "apps/a", true),
        ] {
            assert_eq!(matches(path_match(pattern), path), want, "{pattern} {path}");
        }
        for (spec, path, want) in [
            ("apps", "apps/a/b.json", true),
            ("apps/*.json", "apps/a/b.json", true),
            ("./apps/**/c.json", "apps/a/b/c.json", true),
            ("a[!b]c", "abc", false),
            ("apps/", "apps2/x", false),
        ] {
            assert_eq!(Pathspec::of(spec).is_ok_and(|s| s.matches(path)), want, "{spec} {path}");
        }
    }
}
