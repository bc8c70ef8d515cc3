//! Which objects an object selects by their labels.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{ClusterState, FieldPath, ObjectKey, Resource};
use gitops_yaml::{Node, SmolStr, Span};

use crate::labels::{self, Selector};
use crate::table::{self, KindName, Syntax, Within, table};
use crate::template::{PodTemplate, any_template, kind_name};
use crate::{Consequence, Relation};

/// A selector and what it selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The object that selects.
    pub from: ObjectKey,
    /// The field that holds the selector.
    pub path: FieldPath,
    /// Where it is written.
    pub span: Span,
    /// What it selects for.
    pub relation: Relation,
    /// The kind it selects; `pod-template` for workloads by the labels of their pods.
    pub kind: SmolStr,
    /// Whether it asks for nothing in particular.
    pub is_empty: bool,
    /// What it selects here, sorted.
    pub matched: Vec<ObjectKey>,
    /// What happens to `from` when it no longer selects an object.
    pub lost: Consequence,
    /// What happens to an object selected when `from` changes or goes.
    pub governs: Consequence,
    pub(crate) row: usize,
}

/// The row of selections that no row of the table tells of.
pub(crate) const NO_ROW: usize = usize::MAX;

/// The labels that every Namespace has.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// The label by which Cilium knows the namespace of a pod.
const NAMESPACE_LABEL: &str = "io.kubernetes.pod.namespace";

struct Candidate<'a> {
    key: ObjectKey,
    labels: Vec<(&'a str, &'a str)>,
}

/// What may be selected, found by kind and by each of its labels.
pub(crate) struct Candidates<'a> {
    all: Vec<Candidate<'a>>,
    by_kind: BTreeMap<KindName, Vec<usize>>,
    by_label: BTreeMap<(KindName, &'a str, &'a str), Vec<usize>>,
}

impl<'a> Candidates<'a> {
    pub(crate) fn of(state: &'a ClusterState) -> Self {
        let mut found =
            Self { all: Vec::new(), by_kind: BTreeMap::new(), by_label: BTreeMap::new() };
        let selected: BTreeSet<&KindName> =
            table().selections.values().flatten().map(|(_, row)| &row.to).collect();
        let mut namespaces: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        for (_, object) in state.objects() {
            let labels = || labels::read(object.at(&["metadata", "labels"]));
            let key = &object.key;
            if let Some(template) = PodTemplate::of(object) {
                let mut labels = template.labels();
                labels.push((NAMESPACE_LABEL, &key.namespace));
                found.add(any_template(), key.clone(), labels);
            }
            if object.gvk.is("", "Namespace") {
                namespaces.entry(&key.name).or_default().extend(labels());
            } else if selected.contains(&kind_name(object)) {
                found.add(kind_name(object), key.clone(), labels());
            }
            if !key.namespace.is_empty() {
                namespaces.entry(&key.namespace).or_default();
            }
        }
        for (name, mut labels) in namespaces {
            labels.push((NAME_LABEL, name));
            let key = ObjectKey::new("", "Namespace", "", name);
            found.add(KindName { kind: "Namespace".into(), group: "".into() }, key, labels);
        }
        found
    }

    fn add(&mut self, kind: KindName, key: ObjectKey, labels: Vec<(&'a str, &'a str)>) {
        let at = self.all.len();
        for (name, value) in &labels {
            self.by_label.entry((kind.clone(), name, value)).or_default().push(at);
        }
        self.by_kind.entry(kind).or_default().push(at);
        self.all.push(Candidate { key, labels });
    }

    /// The objects of a kind that a selector selects, in any namespace.
    fn matching(&self, kind: &KindName, selector: &Selector<'_>) -> Vec<&ObjectKey> {
        // One required label narrows the search; which one makes no difference to the result.
        let narrowed = selector
            .equalities()
            .map(|(key, value)| self.by_label.get(&(kind.clone(), key, value)));
        let fewest = narrowed.min_by_key(|found| found.map_or(0, Vec::len));
        let candidates = fewest.unwrap_or_else(|| self.by_kind.get(kind));
        let all = candidates.map(Vec::as_slice).unwrap_or_default().iter();
        let fits = |c: &&Candidate<'_>| selector.matches(&c.labels);
        all.map(|at| &self.all[*at]).filter(fits).map(|c| &c.key).collect()
    }

    /// The workloads of a namespace whose pods have all of these labels.
    pub(crate) fn pods(&self, namespace: &str, labels: &Node) -> BTreeSet<&ObjectKey> {
        let selector = Selector::new(labels, Syntax::Map, table::Empty::Nothing);
        let found = self.matching(&any_template(), &selector).into_iter();
        found.filter(|key| key.namespace == namespace).collect()
    }

    /// What an object selects.
    pub(crate) fn selected_by(&self, object: &Resource) -> Vec<Selection> {
        let mut found = Vec::new();
        let mut from_rows = |kind: &KindName, root: &Node, base: &FieldPath| {
            let rows = table().selections.get(kind).map(Vec::as_slice).unwrap_or_default();
            for (number, row) in rows {
                row.path.each(root, base, &mut |path, holder| {
                    row.selector.each(holder, path, &mut |path, node| {
                        found.push(self.selection(*number, row, object, holder, path, node));
                    });
                });
            }
        };
        from_rows(&kind_name(object), &object.body, &FieldPath::default());
        if let Some(template) = PodTemplate::of(object) {
            from_rows(&any_template(), template.node, &template.path);
        }
        found
    }

    fn selection(
        &self,
        number: usize,
        row: &table::Selection,
        object: &Resource,
        holder: &Node,
        path: &FieldPath,
        node: &Node,
    ) -> Selection {
        let selector = Selector::new(node, row.syntax, row.empty);
        let namespaces = self.namespaces(row, object, holder, &selector);
        let inside =
            |key: &ObjectKey| namespaces.as_ref().is_none_or(|n| n.contains(&key.namespace));
        let matching = self.matching(&row.to, &selector).into_iter();
        let mut matched: Vec<ObjectKey> = matching.filter(|key| inside(key)).cloned().collect();
        matched.sort();
        matched.dedup();
        Selection {
            from: object.key.clone(),
            path: path.clone(),
            span: node.span(),
            relation: row.relation,
            kind: row.to.kind.clone(),
            is_empty: selector.is_empty(),
            matched,
            lost: row.lost,
            governs: row.governs,
            row: number,
        }
    }

    /// The namespaces that a selector looks into; `None` for all.
    fn namespaces(
        &self,
        row: &table::Selection,
        object: &Resource,
        holder: &Node,
        selector: &Selector<'_>,
    ) -> Option<BTreeSet<SmolStr>> {
        let own = || Some(BTreeSet::from([object.key.namespace.clone()]));
        let namespace_kind = KindName { kind: "Namespace".into(), group: "".into() };
        match &row.within {
            Within::All => None,
            _ if row.to == namespace_kind => None,
            Within::Own => own(),
            Within::Endpoints if selector.names(NAMESPACE_LABEL) => None,
            Within::Calico if holder.get("namespaceSelector").is_some() => None,
            Within::Endpoints | Within::Calico => own(),
            Within::Named => {
                let selector = holder.get("namespaceSelector");
                if selector.and_then(|s| s.get("any")).and_then(Node::as_bool) == Some(true) {
                    return None;
                }
                let names = selector.and_then(|s| s.get("matchNames")).map(Node::items);
                let names = names.filter(|names| !names.is_empty());
                names.map_or_else(own, |n| {
                    Some(n.iter().filter_map(Node::text).map(Into::into).collect())
                })
            }
            Within::Labelled(field) => {
                let Some(node) = holder.get(field) else { return own() };
                let selector = Selector::new(node, Syntax::Selector, table::Empty::All);
                Some(
                    self.matching(&namespace_kind, &selector)
                        .into_iter()
                        .map(|key| key.name.clone())
                        .collect(),
                )
            }
        }
    }
}

/// A selector that selects other objects than before.
#[derive(Debug, Clone)]
pub struct SelectionChange<'a> {
    /// The selector, as it is after the change.
    pub selection: &'a Selection,
    /// What it no longer selects, though it is still there.
    pub lost: Vec<&'a ObjectKey>,
    /// What it selects and did not.
    pub gained: Vec<&'a ObjectKey>,
}

/// The selectors on both sides that select other objects than before.
pub(crate) fn changes<'a>(
    before: &'a [Selection],
    after: &'a [Selection],
    still_there: impl Fn(&ObjectKey) -> bool,
) -> Vec<SelectionChange<'a>> {
    let earlier: BTreeMap<(&ObjectKey, &FieldPath), &Selection> =
        before.iter().map(|s| ((&s.from, &s.path), s)).collect();
    let changed = after.iter().filter_map(|selection| {
        let old = earlier.get(&(&selection.from, &selection.path))?;
        let lost = old.matched.iter().filter(|k| !selection.matched.contains(k) && still_there(k));
        let gained = selection.matched.iter().filter(|k| !old.matched.contains(k));
        let (lost, gained): (Vec<_>, Vec<_>) = (lost.collect(), gained.collect());
        let same = lost.is_empty() && gained.is_empty();
        (!same).then_some(SelectionChange { selection, lost, gained })
    });
    changed.collect()
}
