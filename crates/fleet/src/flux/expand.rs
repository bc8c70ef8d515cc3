//! What the operators of [`super::envsubst`] make of a value. Lengths and positions count bytes, as in
//! the controller; a character that is cut in two becomes a replacement character.

/// Applies an operator; `None` where the controller fails.
pub(super) fn apply(operator: &str, value: &str, arguments: &[String]) -> Option<String> {
    let first = arguments.first().map(String::as_str);
    let second = arguments.get(1).map_or("", String::as_str);
    Some(match (operator, first) {
        ("#", None) => value.len().to_string(),
        (",", _) => first_character(value, |c| c.to_lowercase().collect()),
        (",,", _) => value.to_lowercase(),
        ("^", _) => first_character(value, |c| c.to_uppercase().collect()),
        ("^^", _) => value.to_uppercase(),
        ("#", Some(pattern)) => trimmed(value, pattern, Trim::Shortest),
        ("##", Some(pattern)) => trimmed(value, pattern, Trim::Longest),
        ("%", Some(pattern)) => {
            reversed(&trimmed(&reversed(value), &reversed(pattern), Trim::Shortest))
        }
        ("%%", Some(pattern)) => {
            reversed(&trimmed(&reversed(value), &reversed(pattern), Trim::Longest))
        }
        (":", Some(start)) => substring(value, start, arguments.get(1).map(String::as_str))?,
        ("/", Some(old)) => value.replacen(old, second, 1),
        ("//", Some(old)) => value.replace(old, second),
        ("/#", Some(old)) if arguments.len() == 2 && value.starts_with(old) => {
            value.replacen(old, second, 1)
        }
        ("/%", Some(old)) if arguments.len() == 2 => match value.strip_suffix(old) {
            Some(rest) => format!("{rest}{second}"),
            None => value.to_owned(),
        },
        ("/#" | "/%", _) => value.to_owned(),
        _ if value.is_empty() => arguments.concat(),
        _ => value.to_owned(),
    })
}

fn first_character(value: &str, change: impl Fn(char) -> String) -> String {
    let mut rest = value.chars();
    rest.next().map_or_else(String::new, |c| change(c) + rest.as_str())
}

/// A number that cannot be read leaves the value whole; a range that ends before it starts fails.
fn substring(value: &str, start: &str, length: Option<&str>) -> Option<String> {
    let Ok(start) = start.parse::<i64>() else { return Some(value.to_owned()) };
    let size = value.len() as i64;
    let start = if start < 0 { (size + start).max(0) } else { start };
    let end = match length.map(str::parse::<i64>) {
        None => size,
        Some(Err(_)) => return Some(value.to_owned()),
        Some(Ok(length)) => start.saturating_add(length),
    };
    if end >= size {
        return Some(bytes(value, start.min(size), size));
    }
    (0..=end).contains(&start).then(|| bytes(value, start, end))
}

fn bytes(value: &str, start: i64, end: i64) -> String {
    let slice = value.as_bytes().get(start as usize..end as usize).unwrap_or_default();
    String::from_utf8_lossy(slice).into_owned()
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Trim {
    Shortest,
    Longest,
}

/// The value without the prefix that the pattern matches; whole where the pattern is malformed.
fn trimmed(value: &str, pattern: &str, trim: Trim) -> String {
    let pattern: Vec<char> = pattern.chars().collect();
    let chars: Vec<char> = value.chars().collect();
    let mut found = None;
    for length in (1..=chars.len()).rev() {
        match matches(&pattern, &chars[..length]) {
            None => return value.to_owned(),
            Some(true) if trim == Trim::Longest => return chars[length..].iter().collect(),
            Some(true) => found = Some(length),
            Some(false) => {}
        }
    }
    chars[found.unwrap_or(0)..].iter().collect()
}

/// Go's `path.Match` on one part of a path; a malformed pattern matches nothing.
pub(crate) fn path_match(pattern: &str, part: &str) -> bool {
    let is_plain = |text: &str| !text.contains(['*', '?', '[', '\\']);
    if is_plain(pattern) {
        return pattern == part;
    }
    // Nearly all patterns are of this form, `*.jpg`, and every file of an artifact is held against them.
    if let Some(end) = pattern.strip_prefix('*').filter(|end| is_plain(end)) {
        return part.ends_with(end);
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let part: Vec<char> = part.chars().collect();
    matches(&pattern, &part).unwrap_or_default()
}

/// Go's `path.Match` with a `*` that crosses `/`; `None` for a malformed pattern.
fn matches(mut pattern: &[char], mut name: &[char]) -> Option<bool> {
    'pattern: while !pattern.is_empty() {
        let (star, chunk, rest) = next_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Some(true);
        }
        let skips = if star { name.len() } else { 0 };
        for skip in 0..=skips {
            if let Some(left) = match_chunk(chunk, &name[skip..])?
                && (left.is_empty() || !pattern.is_empty())
            {
                name = left;
                continue 'pattern;
            }
        }
        return Some(false);
    }
    Some(name.is_empty())
}

/// Splits off leading stars and the text up to the next star.
fn next_chunk(pattern: &[char]) -> (bool, &[char], &[char]) {
    let stars = pattern.iter().take_while(|c| **c == '*').count();
    let rest = &pattern[stars..];
    let (mut in_class, mut end) = (false, 0);
    while end < rest.len() {
        match rest[end] {
            '\\' if end + 1 < rest.len() => end += 1,
            '[' => in_class = true,
            ']' => in_class = false,
            '*' if !in_class => break,
            _ => {}
        }
        end += 1;
    }
    (stars > 0, &rest[..end], &rest[end..])
}

/// What is left of the text behind a match; `None` for a malformed pattern.
fn match_chunk<'n>(mut chunk: &[char], mut text: &'n [char]) -> Option<Option<&'n [char]>> {
    while let Some((head, mut rest)) = chunk.split_first() {
        let Some((c, after)) = text.split_first() else { return Some(None) };
        let fits = match head {
            '[' => {
                let (fits, behind) = match_class(rest, *c)?;
                rest = behind;
                fits
            }
            '?' => true,
            '\\' => {
                let (literal, behind) = rest.split_first()?;
                rest = behind;
                literal == c
            }
            literal => literal == c,
        };
        if !fits {
            return Some(None);
        }
        (chunk, text) = (rest, after);
    }
    Some(Some(text))
}

/// Whether a character is in the class whose text starts here, and the pattern behind the class.
fn match_class(mut class: &[char], c: char) -> Option<(bool, &[char])> {
    let negated = class.first() == Some(&'^');
    if negated {
        class = &class[1..];
    }
    let (mut fits, mut ranges) = (false, 0);
    loop {
        if ranges > 0 && class.first() == Some(&']') {
            return Some((fits != negated, &class[1..]));
        }
        let (low, rest) = class_member(class)?;
        let (high, rest) =
            if rest.first() == Some(&'-') { class_member(&rest[1..])? } else { (low, rest) };
        fits |= (low..=high).contains(&c);
        class = rest;
        ranges += 1;
    }
}

fn class_member(class: &[char]) -> Option<(char, &[char])> {
    let (first, rest) = class.split_first()?;
    let (member, rest) = match first {
        '-' | ']' => return None,
        '\\' => rest.split_first()?,
        _ => (first, rest),
    };
    (!rest.is_empty()).then_some((*member, rest))
}
