//! What the operators make of a value. Lengths and positions count bytes, as in
//! the controller; a character that is cut in two becomes a replacement character.

use crate::glob::Glob;

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
    let mut lengths = Glob::parse(pattern).map(|g| g.prefixes(value)).unwrap_or_default();
    lengths.retain(|length| *length > 0);
    let found = match trim {
        Trim::Shortest => lengths.first(),
        Trim::Longest => lengths.last(),
    };
    found.and_then(|length| value.get(*length..)).unwrap_or(value).to_owned()
}
