//! How rules say things.

use std::fmt::Display;

use gitops_yaml::{Exposure, Node};

/// `1 unit`, `2 units`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// `` `a` ``, `` `a` and `b` ``, `` `a`, `b` and 3 more ``.
pub(crate) fn list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|i| format!("`{i}`")).collect();
    match &items[..] {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [head @ .., last] if items.len() <= 3 => format!("{} and {last}", head.join(", ")),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}

/// How many entries of a map are shown.
const SHOWN: usize = 4;

/// A value as it may be shown: scalars in back quotes, secrets masked, the rest by its shape.
pub(crate) fn value(node: Option<&Node>) -> String {
    let Some(node) = node else { return "nothing".to_owned() };
    match node.as_scalar() {
        Some(s) if s.exposure != Exposure::Open => "a hidden value".to_owned(),
        Some(s) => format!("`{}`", s.text),
        None if node.as_seq().is_some() => count(node.items().len(), "item"),
        None => {
            let more = if node.entries().len() > SHOWN { ", …" } else { "" };
            let pairs = node.entries().iter().take(SHOWN).map(|e| match e.value.text() {
                Some(text) if e.value.as_scalar().is_some_and(|s| s.exposure == Exposure::Open) => {
                    format!("{}: {text}", e.key)
                }
                _ => format!("{}: …", e.key),
            });
            format!("`{{{}{more}}}`", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

/// `1 unit waits`, `2 units wait`.
pub(crate) fn wait(number: usize, noun: &str) -> String {
    format!("{} {}", count(number, noun), if number == 1 { "waits" } else { "wait" })
}

/// Whether two names differ by a slip of the finger: at most two edits, and more in common than not.
pub(crate) fn is_near(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 || a.len().min(b.len()) < 5 {
        return false;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    (1..=2).contains(&row[b.len()])
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn near_names() {
        assert!(is_near("settings", "setings") && is_near("web-config", "web-confgi"));
        assert!(
            !is_near("settings", "settings")
                && !is_near("web", "wab")
                && !is_near("one-a", "two-b")
        );
    }
}
