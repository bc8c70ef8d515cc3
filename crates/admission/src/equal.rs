//! When two values are the same to the API server.

use gitops_yaml::Node;

/// Whether two values are the same: null, absent, and empty lists and maps are one and the same, as
/// for `apiequality.Semantic.DeepEqual`.
pub(crate) fn equal(a: Option<&Node>, b: Option<&Node>) -> bool {
    let (a, b) = (a.filter(|n| !is_empty(n)), b.filter(|n| !is_empty(n)));
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => same(a, b),
        _ => false,
    }
}

fn is_empty(node: &Node) -> bool {
    node.is_null()
        || node.as_map().is_some_and(<[_]>::is_empty)
        || node.as_seq().is_some_and(<[_]>::is_empty)
}

fn same(a: &Node, b: &Node) -> bool {
    if let (Some(a), Some(b)) = (a.as_seq(), b.as_seq()) {
        return a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(Some(a), Some(b)));
    }
    if let (Some(left), Some(right)) = (a.as_map(), b.as_map()) {
        return left.iter().all(|e| equal(Some(&e.value), b.get(&e.key)))
            && right.iter().all(|e| equal(a.get(&e.key), Some(&e.value)));
    }
    a.same(b)
}
