//! Numbers and lists in words.

use gitops_model::ObjectKey;

/// `1 error`, `2 errors`.
pub(crate) fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// At most `most` objects, the kind said once for a run of the same kind: `Deployment shop/web, shop/api`.
pub(crate) fn objects(keys: &[&ObjectKey], most: usize) -> String {
    let mut sorted = keys.to_vec();
    sorted.sort();
    let mut kind = "";
    let mut words: Vec<String> = Vec::new();
    for key in sorted.iter().take(most) {
        let full = key.to_string();
        words.push(if kind == key.kind {
            full[key.kind.len() + 1..].to_owned()
        } else {
            full.clone()
        });
        kind = &key.kind;
    }
    more(words, keys.len(), most)
}

/// At most `most` names.
pub(crate) fn names(names: &[&str], most: usize) -> String {
    more(names.iter().take(most).map(|n| (*n).to_owned()).collect(), names.len(), most)
}

fn more(words: Vec<String>, all: usize, most: usize) -> String {
    let rest = if all > most { format!(" and {} more", all - most) } else { String::new() };
    words.join(", ") + &rest
}
