//! Which line to blame for a field that is gone.

use gitops_model::{FieldPath, Resource, Segment};
use gitops_yaml::Span;

/// The line of a patch that took the field, or anything around it, away.
pub(crate) fn taken_by(new: &Resource, path: &FieldPath) -> Option<Span> {
    let taken = |removed: &FieldPath| {
        removed.0.len() <= path.0.len() && removed.0.iter().zip(&path.0).all(|(a, b)| meets(a, b))
    };
    new.removed.iter().rev().find(|r| taken(&r.path)).map(|r| r.by)
}

/// Whether two steps can mean the same: a list's item is named by position here, by its fields there.
fn meets(a: &Segment, b: &Segment) -> bool {
    match (a, b) {
        (Segment::Key(a), Segment::Key(b)) => a == b,
        (Segment::Item(a), Segment::Item(b)) => {
            a.iter().all(|(key, value)| b.iter().all(|(k, v)| k != key || v == value))
        }
        (Segment::Key(_), _) | (_, Segment::Key(_)) => false,
        _ => true,
    }
}
