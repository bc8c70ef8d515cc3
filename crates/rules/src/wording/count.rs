//! Numbers of things in words.

/// `1 unit`, `2 units`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// `1 unit waits`, `2 units wait`.
pub(crate) fn wait(number: usize, noun: &str) -> String {
    format!("{} {}", count(number, noun), if number == 1 { "waits" } else { "wait" })
}
