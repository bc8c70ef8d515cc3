//! The verdict.

use gitops_model::{ApplyMode, FieldPath, Resource, Segment};
use gitops_schema::{Immutable, Struct, decode, fill, immutable_fields, is_unknown, read};
use gitops_yaml::Node;

use crate::write::{Sides, written};
use crate::{Refusal, Update, Verdict, conditions, custom, invalid, kinds, manifest};

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
        .filter(|row| row.holds_for(update.version) && judged.applies(row))
        .flat_map(|row| judged.refusals(row))
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

/// An update as the server sees it once it has decoded, merged and defaulted it.
pub(crate) struct Judged<'a> {
    /// The update.
    pub(crate) update: &'a Update<'a>,
    /// The manifest before.
    pub(crate) old: Node,
    /// The manifest after.
    pub(crate) new: Node,
    /// The live object.
    pub(crate) live: Node,
    /// The object that would be stored.
    pub(crate) stored: Node,
}

impl<'a> Judged<'a> {
    fn new(update: &'a Update<'a>, known: &'static Struct) -> Self {
        let (old, new) = (manifest(update.old, known), manifest(update.new, known));
        let mut live = decode(&old, known);
        fill(&mut live, known);
        kinds::fill(&mut live, update);
        let sides = Sides { live: &live, old: Some(&old), new: &new };
        let mut stored = decode(&written(sides, known, update.mode), known);
        fill(&mut stored, known);
        kinds::restore(&mut stored, &live, update);
        Self { update, old, new, live, stored }
    }

    fn applies(&self, row: &Immutable) -> bool {
        let has = |path: &str, wanted: &str| {
            let keys: Vec<&str> = path.split('.').collect();
            self.live.at(&keys).and_then(Node::text) == Some(wanted)
        };
        row.when.iter().all(|(path, wanted)| has(path, wanted))
            && (!row.once_set || self.live.at(&row.keys()).is_some())
    }

    fn refusals(&self, row: &'static Immutable) -> Vec<Refusal> {
        match row.condition.as_deref() {
            Some(name) => conditions::named(name).map_or_else(Vec::new, |check| check(self, row)),
            None => self.changes(row),
        }
    }

    /// One refusal for every field at or just below the row's path that changes.
    fn changes(&self, row: &'static Immutable) -> Vec<Refusal> {
        let keys = row.keys();
        if row.except.is_empty() {
            return self.refuse_if(!self.is_same(&keys), row);
        }
        let (live, stored) = (self.live.at(&keys), self.stored.at(&keys));
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
            .filter(|keys| !self.is_same(keys))
            .map(|keys| self.refuse(row, &keys))
            .collect()
    }

    /// Whether the stored object holds at a path what the live one does.
    pub(crate) fn is_same(&self, keys: &[&str]) -> bool {
        same(self.live.at(keys), self.stored.at(keys))
    }

    /// A refusal at the row's own path, if there is one.
    pub(crate) fn refuse_if(&self, refused: bool, row: &'static Immutable) -> Vec<Refusal> {
        if refused { vec![self.refuse(row, &row.keys())] } else { Vec::new() }
    }

    /// A refusal at a path, narrowed to the one field that changes below it.
    pub(crate) fn refuse(&self, row: &'static Immutable, keys: &[&str]) -> Refusal {
        let path = narrowed(FieldPath::keys(keys), self.live.at(keys), self.stored.at(keys));
        let written = |object: &Resource| path.find(&object.body).cloned();
        let chosen = path.find(&self.live).is_some_and(kinds::is_chosen);
        let named = path.find(&self.new).and_then(Node::text).is_some_and(|text| text != "None");
        Refusal {
            certain: !(chosen && named),
            before: written(self.update.old),
            after: written(self.update.new),
            path,
            message: row.message.clone(),
            source: &row.source,
        }
    }

    /// The text at a path of the live object's status.
    pub(crate) fn status(&self, keys: &[&str]) -> Option<&Node> {
        self.update.old.at(&["status"])?.at(keys)
    }

    /// Whether the release is this minor one or newer.
    pub(crate) fn since(&self, minor: u32) -> bool {
        self.update.version.minor >= minor
    }

    /// Whether the update is a client-side apply.
    pub(crate) fn is_patch(&self) -> bool {
        self.update.mode == ApplyMode::ClientSide
    }
}

/// What a manifest says; a status in it is no part of a write.
fn manifest(object: &Resource, known: &Struct) -> Node {
    let mut body = read(&object.body, known);
    body.remove("status");
    body
}

/// Whether two values that may be absent are the same.
pub(crate) fn same(a: Option<&Node>, b: Option<&Node>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.same(b),
        (None, None) => true,
        _ => false,
    }
}

/// Goes down as long as one key or one item alone differs.
fn narrowed(path: FieldPath, live: Option<&Node>, stored: Option<&Node>) -> FieldPath {
    let (Some(live), Some(stored)) = (live, stored) else { return path };
    if let (Some(a), Some(b)) = (live.as_seq(), stored.as_seq()) {
        let mut differing = a.iter().zip(b).enumerate().filter(|(_, (a, b))| !a.same(b));
        return match (a.len() == b.len(), differing.next(), differing.next()) {
            (true, Some((i, (a, b))), None) => narrowed(path.index(i), Some(a), Some(b)),
            _ => path,
        };
    }
    let keys = live.entries().iter().chain(stored.entries()).map(|e| &e.key);
    let mut differing: Vec<_> = keys.filter(|key| !same(live.get(key), stored.get(key))).collect();
    differing.sort_unstable();
    differing.dedup();
    match differing.as_slice() {
        [key] => {
            let (live, stored) = (live.get(key), stored.get(key));
            narrowed(path.with(Segment::Key((*key).clone())), live, stored)
        }
        _ => path,
    }
}
