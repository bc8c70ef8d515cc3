//! The verdict.

use gitops_schema::{Immutable, Struct, immutable_fields, is_unknown};
use gitops_yaml::Node;

use crate::judged::Judged;
use crate::verdict::{Refusal, Update, Verdict};
use crate::{conditions, custom, invalid, manifest};

/// What the API server says to an update.
#[must_use]
pub fn judge(update: &Update<'_>) -> Verdict {
    let gvk = &update.new.gvk;
    match gitops_schema::kind(gvk) {
        Some(_) if gitops_schema::is_other_alpha(gvk) => Verdict::Unknown(format!(
            "`{}` is an alpha version of `{}`, whose rules are not known here",
            gvk.api_version(),
            gvk.kind
        )),
        Some(known) => builtin(update, known),
        None => custom::judge(update),
    }
}

fn builtin(update: &Update<'_>, known: &'static Struct) -> Verdict {
    if let Some(why) = manifest::unpatchable(update, known) {
        return Verdict::Rejected(vec![why]);
    }
    if manifest::is_malformed(update, known) || invalid::is_invalid(update) {
        return Verdict::Accepted;
    }
    let judged = Judged::new(update, known);
    let gvk = &update.new.gvk;
    let refused: Vec<Refusal> = immutable_fields(&gvk.group, &gvk.kind)
        .filter(|row| row.holds_for(update.version) && applies(&judged, row))
        .flat_map(|row| refusals(&judged, row))
        .collect();
    let (unknown, certain): (Vec<Refusal>, Vec<Refusal>) =
        refused.into_iter().partition(depends_on_unknown);
    match (certain.is_empty(), unknown.first()) {
        (false, _) => Verdict::Rejected(certain),
        (true, Some(refusal)) => Verdict::Unknown(format!(
            "`{}` may not change, and depends on {}, which is not known here",
            refusal.path,
            unknowns(refusal).first().map_or("a value", String::as_str)
        )),
        (true, None) => Verdict::Accepted,
    }
}

fn applies(judged: &Judged<'_>, row: &Immutable) -> bool {
    let has = |path: &str, wanted: &str| {
        let keys: Vec<&str> = path.split('.').collect();
        judged.live.at(&keys).and_then(Node::text) == Some(wanted)
    };
    row.when.iter().all(|(path, wanted)| has(path, wanted))
        && (!row.once_set || judged.live.at(&row.keys()).is_some())
}

fn refusals(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    match row.condition.as_deref() {
        Some(name) => conditions::named(name).map_or_else(Vec::new, |check| check(judged, row)),
        None => changes(judged, row),
    }
}

/// One refusal for every field at or just below the row's path that changes.
fn changes(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let keys = row.keys();
    if row.except.is_empty() {
        return judged.refuse_if(!judged.is_same(&keys), row);
    }
    let (live, stored) = (judged.live.at(&keys), judged.stored.at(&keys));
    let mut fields: Vec<&str> = [live, stored]
        .into_iter()
        .flatten()
        .flat_map(Node::entries)
        .map(|e| e.key.as_str())
        .collect();
    fields.sort_unstable();
    fields.dedup();
    fields
        .into_iter()
        .filter(|field| !row.except.iter().any(|free| free == field))
        .map(|field| [keys.as_slice(), &[field]].concat())
        .filter(|keys| !judged.is_same(keys))
        .map(|keys| judged.refuse(row, &keys))
        .collect()
}

/// Whether what changes is not known: whether it really changes is not known then either.
fn depends_on_unknown(refusal: &Refusal) -> bool {
    !unknowns(refusal).is_empty()
}

/// The values of a refusal that are not known: an expression as it is written, such as `${ADDRESS}`.
fn unknowns(refusal: &Refusal) -> Vec<String> {
    let mut unknown = Vec::new();
    for side in [&refusal.after, &refusal.before].into_iter().flatten() {
        side.walk(&mut |node| {
            if let Some(text) = node.text().filter(|_| is_unknown(node)) {
                let expression = text.contains("${").then(|| format!("`{text}`"));
                unknown.push(expression.unwrap_or_else(|| "an encrypted value".to_owned()));
            }
        });
    }
    unknown
}
