//! An update as the server judges it.

use gitops_model::{ApplyMode, FieldPath, Resource, Segment};
use gitops_schema::{Immutable, Struct, decode, fill, read};
use gitops_yaml::Node;

use crate::edit::same;
use crate::kinds;
use crate::verdict::{Refusal, Update};
use crate::write::{Sides, written};

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
    pub(crate) fn new(update: &'a Update<'a>, known: &'static Struct) -> Self {
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
