//! When two different values mean the same to the API server.

use gitops_schema::{Quantity, Type};
use gitops_yaml::Node;

/// Whether the difference is one of form only: null, absent and an empty list are one; so are equal
/// quantities.
pub(crate) fn same(ty: Option<&Type>, old: Option<&Node>, new: Option<&Node>) -> bool {
    match (old.filter(|n| !is_nothing(n)), new.filter(|n| !is_nothing(n))) {
        (None, None) => true,
        (Some(old), Some(new)) => old.same(new) || is_quantity(ty) && equal_quantities(old, new),
        _ => false,
    }
}

fn is_nothing(node: &Node) -> bool {
    node.is_null() || node.as_seq().is_some_and(<[_]>::is_empty)
}

fn is_quantity(ty: Option<&Type>) -> bool {
    matches!(ty, Some(Type::Quantity))
}

fn equal_quantities(old: &Node, new: &Node) -> bool {
    let read = |node: &Node| node.text().and_then(Quantity::parse);
    matches!((read(old), read(new)), (Some(a), Some(b)) if a == b)
}
