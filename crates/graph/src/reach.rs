//! What a change reaches beyond the objects that it changes.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{Action, Change, Confidence, FieldChange, ObjectKey, Resource, Segment};
use gitops_schema::{Quantity, stored_key};
use gitops_yaml::Node;
use gitops_yaml::SmolStr;

use crate::restart::{Replacement, restart};
use crate::{Consequence, Edge, Graph, Link, PodTemplate, Presence, Relation, Vertex};

/// How far a failure is followed.
const MAX_DEPTH: usize = 8;

/// An object that feels a change of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Who feels it.
    pub from: ObjectKey,
    /// What changed, or felt a change before it.
    pub to: ObjectKey,
    /// How they are joined, and where that is written.
    pub edge: Edge,
    /// What happens to `from`.
    pub consequence: Consequence,
    /// Whether `to` is the one that needs `from`: a policy and what it selects.
    pub governed: bool,
    /// How many steps `to` is from the change: 0 for an object that the change itself touches.
    pub depth: usize,
}

impl Reached {
    /// What `from` has to do with `to`, for people: `waits for`, `is selected by`.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        if self.governed { self.edge.relation.passive() } else { self.edge.relation.verb() }
    }

    fn new(from: &ObjectKey, to: &ObjectKey, edge: &Edge, consequence: Consequence) -> Self {
        let (from, to, edge) = (from.clone(), to.clone(), edge.clone());
        Self { from, to, edge, consequence, governed: false, depth: 0 }
    }
}

/// What the changes reach: for each change its consequences, and below each what follows from it.
/// `refused` are the changed objects that the API server does not take.
#[must_use]
pub fn reach(
    before: &Graph,
    after: &Graph,
    changes: &[Change],
    refused: &BTreeSet<ObjectKey>,
) -> Vec<Reached> {
    let changed: BTreeMap<ObjectKey, &Change> =
        changes.iter().map(|c| (stored_key(&c.key), c)).collect();
    let restarting = |change: &&Change| {
        restart(change).is_some_and(|r| !matches!(r.replacement, Replacement::Held(_)))
    };
    let restarting =
        changes.iter().filter(restarting).map(|c| stored_key(&c.key)).collect::<BTreeSet<_>>();
    let (seen, found, told) = (BTreeSet::new(), Vec::new(), BTreeMap::new());
    let mut walk = Walk { before, after, changed, restarting, seen, found, told };
    for change in changes {
        walk.seen.clear();
        walk.told.clear();
        walk.seen.insert(stored_key(&change.key));
        if refused.contains(&change.key) {
            walk.refused(change);
        } else {
            walk.change(change);
        }
    }
    walk.found
}

struct Walk<'a> {
    before: &'a Graph,
    after: &'a Graph,
    changed: BTreeMap<ObjectKey, &'a Change>,
    restarting: BTreeSet<ObjectKey>,
    seen: BTreeSet<ObjectKey>,
    found: Vec<Reached>,
    /// Where in `found` stands what the change at hand reaches, by the way it does.
    told: BTreeMap<(ObjectKey, ObjectKey, Relation), usize>,
}

impl Walk<'_> {
    /// A refused object stops what applies it, and all that waits for that.
    fn refused(&mut self, change: &Change) {
        let owner = self.after.edges_from(&change.key).into_iter();
        let owners = owner.filter(|l| l.edge.relation == Relation::OwnedBy);
        for key in owners.map(|l| l.to.key.clone()).collect::<Vec<_>>() {
            let edge = Edge::implied(Relation::Applies, Consequence::BreaksNow);
            self.feel(Reached::new(&key, &change.key, &edge, Consequence::BreaksNow));
        }
    }

    fn change(&mut self, change: &Change) {
        for link in self.after.edges_to(&change.key) {
            let consequence = self.consequence(change, link);
            self.feel(Reached::new(&link.from.key, &change.key, link.edge, consequence));
        }
        for link in self.before.edges_to(&change.key) {
            let consequence = self.lost(change, link);
            self.feel(Reached::new(&link.from.key, &change.key, link.edge, consequence));
        }
        let side = if change.new.is_some() { self.after } else { self.before };
        if has_substance(change) && !loosens(change) {
            for link in side.edges_from(&change.key) {
                let felt = Reached::new(&link.to.key, &change.key, link.edge, link.edge.governs);
                self.feel(Reached { governed: true, ..felt });
            }
        }
    }

    /// What a change does to an object that still names it.
    fn consequence(&self, change: &Change, link: Link<'_>) -> Consequence {
        let edge = link.edge;
        let removed = || match edge.optional {
            true => edge.removed.min(Consequence::Silent),
            false => edge.removed,
        };
        let consequence = match change.action {
            Action::Added => Consequence::Nothing,
            // Produced or given, it stays although it is no longer rendered.
            Action::Removed if link.to.presence != Presence::External => Consequence::Nothing,
            Action::Removed => removed(),
            Action::Recreated if edge.removed >= Consequence::BreaksNow => edge.removed,
            _ if edge.relation == Relation::Inside => of_labels(change, link),
            Action::Recreated | Action::Modified | Action::Moved if loses_part(change, edge) => {
                removed()
            }
            Action::Recreated | Action::Modified | Action::Moved if touches(change, edge) => {
                link.felt()
            }
            _ => Consequence::Nothing,
        };
        self.sooner(consequence, link.from)
    }

    /// A consequence, where the change itself restarts the object: the next restart is now, and the old
    /// state is kept by none.
    fn sooner(&self, consequence: Consequence, from: &Vertex) -> Consequence {
        match consequence {
            _ if !self.restarting.contains(&stored_key(&from.key)) => consequence,
            Consequence::NextRestart => Consequence::BreaksNow,
            Consequence::Stale | Consequence::Reloads => Consequence::Nothing,
            other => other,
        }
    }

    /// What happens to an object that selected, lived in or came from one that is no longer so.
    fn lost(&self, change: &Change, link: Link<'_>) -> Consequence {
        let (edge, from) = (link.edge, &link.from.key);
        let is_there = self.after.find(from).is_some_and(|v| v.object().is_some());
        if edge.selected {
            let after = self.after.edges_from(from);
            let others = after.iter().any(|l| l.edge.selected && l.edge.path == edge.path);
            return if is_there && !others { edge.removed } else { Consequence::Nothing };
        }
        let goes_with = matches!(
            edge.relation,
            Relation::Inside | Relation::DefinedBy | Relation::OwnedBy | Relation::ProducedBy
        );
        let gone = matches!(change.action, Action::Removed | Action::Recreated);
        let guessed = edge.confidence == Confidence::Possible && change.action == Action::Removed;
        let changes_too = self.changed.contains_key(&stored_key(from));
        match goes_with && gone && !changes_too || guessed && is_there {
            true => edge.removed,
            false => Consequence::Nothing,
        }
    }

    /// Notes a consequence, and follows what it leads to.
    fn feel(&mut self, reached: Reached) {
        let Reached { consequence, depth, .. } = reached;
        if consequence == Consequence::Nothing || reached.from == reached.to {
            return;
        }
        let from = reached.from.clone();
        self.note(reached);
        let leads_on = consequence >= Consequence::Waits && depth < MAX_DEPTH;
        if !leads_on || !self.seen.insert(stored_key(&from)) {
            return;
        }
        for link in self.after.edges_to(&from) {
            let next = match consequence {
                Consequence::Deleted if !link.edge.optional => {
                    self.sooner(link.edge.removed, link.from)
                }
                _ => link.edge.relation.passes_on(consequence),
            };
            let felt = Reached::new(&link.from.key, &from, link.edge, next);
            self.feel(Reached { depth: depth + 1, ..felt });
        }
    }

    /// Adds what an object feels, once for each way in which it needs the other: the worst of it.
    fn note(&mut self, reached: Reached) {
        let way = (reached.from.clone(), reached.to.clone(), reached.edge.relation);
        let at = *self.told.entry(way).or_insert(self.found.len());
        match self.found.get_mut(at) {
            Some(told) if told.consequence >= reached.consequence => {}
            Some(told) => *told = reached,
            None => self.found.push(reached),
        }
    }
}

/// What other labels of its namespace do to a workload: what admits its pods looks at them.
fn of_labels(change: &Change, link: Link<'_>) -> Consequence {
    let starts = |field: &FieldChange, prefixes: &[&str]| match field.path.0.as_slice() {
        [_, Segment::Key(labels), Segment::Key(label)] if labels == "labels" => {
            prefixes.iter().any(|p| label.starts_with(p))
        }
        _ => false,
    };
    let any = |prefixes: &[&str]| change.fields.iter().any(|f| starts(f, prefixes));
    let workload = link.from.object().is_some_and(|o| PodTemplate::of(o).is_some());
    match workload {
        true if any(&["pod-security.kubernetes.io/enforce"]) => Consequence::NextRestart,
        true if any(&["istio-injection", "istio.io/rev", "linkerd.io/inject"]) => {
            Consequence::Stale
        }
        _ => Consequence::Nothing,
    }
}

/// Whether a change only lifts bounds: no quota is lower than before, and none is new.
fn loosens(change: &Change) -> bool {
    let tightens = |f: &FieldChange| {
        let quantity = |node: &Option<Node>| node.as_ref().and_then(|n| Quantity::parse(n.text()?));
        match (quantity(&f.before), quantity(&f.after)) {
            (Some(before), Some(after)) => after < before,
            (before, after) => after.is_some() || before.is_none(),
        }
    };
    let gone = change.new.is_none();
    change.key.kind == "ResourceQuota" && (gone || !change.fields.iter().any(tightens))
}

/// Whether a change takes away the very keys or port that an edge needs.
fn loses_part(change: &Change, edge: &Edge) -> bool {
    let gone = change.fields.iter().filter(|f| f.after.is_none());
    let mut gone = gone.flat_map(|f| data_key(f).into_iter());
    let had = |name: &SmolStr, object: &Resource| {
        crate::dangling::ports(object).is_some_and(|ports| ports.contains(name.as_str()))
    };
    let port = edge.port.as_ref().is_some_and(|port| match (&change.old, &change.new) {
        (Some(old), Some(new)) => had(port, old) && !had(port, new),
        _ => false,
    });
    port || gone.any(|key| edge.keys.contains(&key))
}

/// The key of a ConfigMap or Secret that a field is.
fn data_key(field: &FieldChange) -> Option<SmolStr> {
    match field.path.0.as_slice() {
        [Segment::Key(map), Segment::Key(key), ..]
            if matches!(map.as_str(), "data" | "binaryData" | "stringData") =>
        {
            Some(key.clone())
        }
        _ => None,
    }
}

/// Whether a change is one of what an edge needs: its keys, else anything of substance. Of a change without
/// fields it is not known.
fn touches(change: &Change, edge: &Edge) -> bool {
    if edge.keys.is_empty() || change.fields.is_empty() {
        return has_substance(change);
    }
    change.fields.iter().filter(|f| !f.same_meaning).any(|f| {
        let whole = matches!(f.path.0.as_slice(), [Segment::Key(map)] if map.ends_with("ata"));
        whole && !f.path.is_below(&["metadata"])
            || data_key(f).is_some_and(|k| edge.keys.contains(&k))
    })
}

/// Whether a change is one of more than metadata and form.
fn has_substance(change: &Change) -> bool {
    let rest = ["metadata", "status", "apiVersion"];
    let counts =
        |f: &FieldChange| !f.same_meaning && !rest.iter().any(|key| f.path.is_below(&[key]));
    change.fields.is_empty() && change.action != Action::Moved || change.fields.iter().any(counts)
}
