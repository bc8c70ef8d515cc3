//! Values laid over values, as Helm does it.

use gitops_yaml::{Entry, Node};

/// Maps are merged deeply; all else is replaced. A `null` stays: it deletes the chart's own default.
pub(crate) fn merge(values: &mut Node, over: &Node) {
    for entry in over.entries() {
        match values.get_mut(&entry.key) {
            Some(old) if old.as_map().is_some() && entry.value.as_map().is_some() => {
                merge(old, &entry.value);
            }
            Some(old) => {
                let origin = entry.value.origin.on_top_of("values", &old.origin);
                *old = Node { value: entry.value.value.clone(), origin };
            }
            None => {
                values.set(Entry::clone(entry));
            }
        }
    }
}
