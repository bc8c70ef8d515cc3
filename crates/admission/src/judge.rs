//! The verdict.

use gitops_model::FieldPath;
use gitops_schema::immutable_fields;

use crate::equal::equal;
use crate::{Refusal, Update, Verdict};

/// What the API server says to an update.
#[must_use]
pub fn judge(update: &Update<'_>) -> Verdict {
    let gvk = &update.new.gvk;
    let rows = immutable_fields(&gvk.group, &gvk.kind);
    let refused: Vec<Refusal> = rows
        .filter(|row| row.holds_for(update.version))
        .filter_map(|row| {
            let keys: Vec<&str> = row.path.split('.').collect();
            let (before, after) = (update.old.at(&keys), update.new.at(&keys));
            (!equal(before, after)).then(|| Refusal {
                path: FieldPath::keys(&keys),
                message: row.message.clone(),
                source: &row.source,
                before: before.cloned(),
                after: after.cloned(),
            })
        })
        .collect();
    if refused.is_empty() { Verdict::Accepted } else { Verdict::Rejected(refused) }
}
