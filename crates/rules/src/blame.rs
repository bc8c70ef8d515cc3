//! Which lines made a field what it is.

use gitops_model::{Change, FieldPath, Segment};
use gitops_yaml::Origin;

/// Who wrote what differs at or below a field, or at the value that holds it.
pub(crate) fn writers(change: &Change, path: &FieldPath) -> Vec<Origin> {
    let related = change.fields.iter().filter(|f| covers(&f.path, path) || covers(path, &f.path));
    let origins = related.map(|f| match &f.after {
        Some(after) => after.origin.clone(),
        None => Origin::new(f.written),
    });
    origins.collect()
}

/// Whether the second path leads to or below the first. Items of lists are told by position in one and
/// by name in another, so only keys are compared.
fn covers(outer: &FieldPath, inner: &FieldPath) -> bool {
    let mut inner = keys(inner);
    keys(outer).all(|key| inner.next() == Some(key))
}

fn keys(path: &FieldPath) -> impl Iterator<Item = &str> {
    path.0.iter().filter_map(|step| match step {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) | Segment::Item(_) => None,
    })
}
