//! Values that are not known.

use gitops_yaml::{Exposure, Node};

/// Whether a value is not known here: it is still to be substituted, or only the cluster can decrypt it.
#[must_use]
pub fn is_unknown(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| {
        scalar.exposure == Exposure::Unknown || scalar.text.starts_with("ENC[")
    })
}
