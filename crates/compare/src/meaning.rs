//! When two different values mean the same to the API server.

use gitops_yaml::Node;

/// Whether the difference is one of form only: null, absent and an empty list are one.
pub(crate) fn same(old: Option<&Node>, new: Option<&Node>) -> bool {
    match (old.filter(|n| !is_nothing(n)), new.filter(|n| !is_nothing(n))) {
        (None, None) => true,
        (Some(old), Some(new)) => old.same(new),
        _ => false,
    }
}

fn is_nothing(node: &Node) -> bool {
    node.is_null() || node.as_seq().is_some_and(<[_]>::is_empty)
}
