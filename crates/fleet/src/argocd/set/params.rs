//! Nested parameters as flat ones.

use std::collections::BTreeMap;

use gitops_template::Value;
use gitops_yaml::SmolStr;

/// Leaves by their dotted keys, as Argo CD's `flatten` gives them: positions count in lists of any values,
/// other lists are leaves, and what is empty vanishes.
pub(super) fn leaves(params: &Value) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    flatten(params, String::new(), &mut out, 64);
    out
}

fn flatten(value: &Value, key: String, out: &mut Vec<(String, Value)>, depth: usize) {
    let below = |part: &str| if key.is_empty() { part.to_owned() } else { format!("{key}.{part}") };
    let entries = value.entries().filter(|_| depth > 0);
    if let Some(entries) = entries {
        entries.into_iter().for_each(|(k, v)| flatten(&v, below(&k), out, depth - 1));
    } else if let Some(items) = value.any_items().filter(|_| depth > 0) {
        let numbered = items.iter().enumerate();
        numbered.for_each(|(i, v)| flatten(v, below(&i.to_string()), out, depth - 1));
    } else {
        out.push((key, value.clone()));
    }
}

/// The leaves as texts, for selectors.
pub(super) fn flattened(params: &Value) -> BTreeMap<String, SmolStr> {
    let text = |v: Value| SmolStr::from(v.text().unwrap_or_default());
    leaves(params).into_iter().map(|(k, v)| (k, text(v))).collect()
}
