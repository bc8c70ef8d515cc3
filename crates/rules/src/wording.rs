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
