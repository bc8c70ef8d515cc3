//! Values that the server chose, and only the cluster knows.

use gitops_yaml::Node;

/// Stands for a value that the server chose, and only the cluster knows.
pub(crate) const CHOSEN: &str = "<chosen>";

/// Whether a value of a live object is one that only the cluster knows.
pub(crate) fn is_chosen(node: &Node) -> bool {
    node.text().is_some_and(|text| text.starts_with(CHOSEN))
}
