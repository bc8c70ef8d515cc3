//! How rules say things.

mod count;
mod values;

use std::fmt::Display;

use gitops_model::ObjectKey;

pub(crate) use count::{count, wait};
pub(crate) use values::{value, values};

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

/// The command that shows an object: `kubectl get certificate.cert-manager.io web -n shop`.
pub(crate) fn get(key: &ObjectKey) -> String {
    let kind = key.kind.to_lowercase();
    let group = if key.group.is_empty() { String::new() } else { format!(".{}", key.group) };
    let place =
        if key.namespace.is_empty() { String::new() } else { format!(" -n {}", key.namespace) };
    format!("kubectl get {kind}{group} {}{place}", key.name)
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
