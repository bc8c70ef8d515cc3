//! What is known of kinds: which field names which object, and what becomes of an object when what it
//! names changes or goes. Read once from `schemas/tables/references.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use gitops_schema::tables::REFERENCES;
use gitops_yaml::SmolStr;
use serde::Deserialize;

use crate::pattern::Pattern;
use crate::{Consequence, Relation};

/// `Deployment.apps`, `Service`: a kind and its group.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(from = "String")]
pub(crate) struct KindName {
    pub(crate) kind: SmolStr,
    pub(crate) group: SmolStr,
}

impl From<String> for KindName {
    fn from(text: String) -> Self {
        let (kind, group) = text.split_once('.').unwrap_or((&text, ""));
        Self { kind: kind.into(), group: group.into() }
    }
}

impl KindName {
    /// The name under which rows for every kind are kept.
    pub(crate) fn any() -> Self {
        Self { kind: SmolStr::new_static("any"), group: SmolStr::default() }
    }
}

/// Fields of some kinds that name objects.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group<T> {
    from: Vec<KindName>,
    source: SmolStr,
    fields: Vec<T>,
}

/// A field that names an object.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reference {
    pub(crate) path: Pattern,
    /// The kind named, unless the object says another.
    pub(crate) to: KindName,
    /// What the field means.
    #[serde(default = "uses")]
    pub(crate) relation: Relation,
    /// What happens when the object named changes.
    #[serde(default)]
    pub(crate) changed: Consequence,
    /// What happens when it goes.
    #[serde(default = "breaks")]
    pub(crate) removed: Consequence,
    /// What happens to the object named when this one changes or goes.
    #[serde(default)]
    pub(crate) governs: Consequence,
    // The patterns below start from the value of `path`.
    /// The name; the value itself where it is text, else its `name`.
    #[serde(default)]
    pub(crate) name: Option<Pattern>,
    #[serde(default)]
    pub(crate) format: Format,
    #[serde(default)]
    pub(crate) namespace: Namespace,
    /// The kind, where the value says it.
    #[serde(default)]
    pub(crate) kind: Option<Pattern>,
    /// The group or apiVersion, where the value says it.
    #[serde(default)]
    pub(crate) group: Option<Pattern>,
    /// The keys of the ConfigMap or Secret that are read.
    #[serde(default)]
    pub(crate) key: Option<Pattern>,
    /// The port, listener or subset that is meant.
    #[serde(default)]
    pub(crate) port: Option<Pattern>,
    /// Whether the object may be absent.
    #[serde(default)]
    pub(crate) optional: Option<Pattern>,
    /// Values that must stand there for the row to hold.
    #[serde(default)]
    pub(crate) only: BTreeMap<SmolStr, SmolStr>,
    /// Values that must not stand there.
    #[serde(default)]
    pub(crate) unless: BTreeMap<SmolStr, SmolStr>,
}

fn uses() -> Relation {
    Relation::Uses
}

fn breaks() -> Consequence {
    Consequence::BreaksNow
}

/// How a name is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    /// `name`.
    #[default]
    Name,
    /// `namespace/name`, or `name`.
    Qualified,
    /// `a,b`.
    List,
    /// `name`, `name.namespace` or `name.namespace.svc.cluster.local`.
    Host,
    /// `name.namespace.svc` or `name.namespace.svc.cluster.local`.
    ClusterHost,
    /// `namespace-name@kubernetescrd,…`, as Traefik's annotations name its own kinds.
    Traefik,
}

/// Where the object named lives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) enum Namespace {
    /// In the namespace that the value's `namespace` says, else in that of the object that names it.
    #[default]
    Field,
    /// In that of the object that names it.
    Own,
    /// Nowhere: it is cluster-scoped.
    Cluster,
    /// In the one called so.
    Fixed(SmolStr),
}

impl From<String> for Namespace {
    fn from(text: String) -> Self {
        match text.as_str() {
            "field" => Self::Field,
            "own" => Self::Own,
            "cluster" => Self::Cluster,
            name => Self::Fixed(name.into()),
        }
    }
}

/// A field that selects objects by their labels.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Selection {
    /// The map that holds the selector.
    pub(crate) path: Pattern,
    /// The selector, from there; the map itself if absent.
    #[serde(default)]
    pub(crate) selector: Pattern,
    /// The kind selected; `pod-template` for workloads by the labels of their pods.
    pub(crate) to: KindName,
    #[serde(default = "selects")]
    pub(crate) relation: Relation,
    /// How the selector is written.
    #[serde(default)]
    pub(crate) syntax: Syntax,
    /// What an empty selector selects.
    #[serde(default)]
    pub(crate) empty: Empty,
    /// Which namespaces are searched.
    #[serde(default)]
    pub(crate) within: Within,
    /// What happens to the selector's object when it no longer selects an object.
    pub(crate) lost: Consequence,
    /// What happens to an object selected when the selector's object changes or goes.
    #[serde(default)]
    pub(crate) governs: Consequence,
}

fn selects() -> Relation {
    Relation::Selects
}

/// How a selector is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Syntax {
    /// `matchLabels` and `matchExpressions`.
    #[default]
    Selector,
    /// A map of labels.
    Map,
    /// An expression of Calico.
    Calico,
}

/// What an empty selector selects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Empty {
    /// Everything.
    #[default]
    All,
    /// Nothing.
    Nothing,
}

/// Which namespaces a selector looks into.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) enum Within {
    /// Its own.
    #[default]
    Own,
    /// All.
    All,
    /// Those that the `namespaceSelector` beside it names (`any`, `matchNames`), else its own.
    Named,
    /// All if the selector names one by Cilium's label, else its own.
    Endpoints,
    /// All if a `namespaceSelector` stands beside it, else its own.
    Calico,
    /// Those whose labels match the label selector beside it of this name, else its own.
    Labelled(SmolStr),
}

impl From<String> for Within {
    fn from(text: String) -> Self {
        match text.as_str() {
            "own" => Self::Own,
            "all" => Self::All,
            "named" => Self::Named,
            "endpoints" => Self::Endpoints,
            "calico" => Self::Calico,
            field => Self::Labelled(field.into()),
        }
    }
}

/// An object that another one brings about.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Product {
    /// The kind produced.
    pub(crate) to: KindName,
    /// Where its name stands: the first that leads somewhere; every value that it leads to names one.
    pub(crate) name: Vec<Pattern>,
    /// What is put before a name that is only a default: the last of `name`.
    #[serde(default)]
    pub(crate) prefix: SmolStr,
    /// What is put behind the name.
    #[serde(default)]
    pub(crate) suffix: SmolStr,
    /// Where its namespace stands, if it is another one than its producer's.
    #[serde(default)]
    pub(crate) namespace: Option<Pattern>,
    /// The namespace it comes to be in.
    #[serde(default)]
    pub(crate) within: Option<SmolStr>,
    /// Whether it comes to be in many namespaces.
    #[serde(default)]
    pub(crate) everywhere: bool,
    /// Fields of which one must be there.
    #[serde(default)]
    pub(crate) requires: Vec<Pattern>,
    /// Where the keys of the Secret or ConfigMap stand, as the keys of maps.
    #[serde(default)]
    pub(crate) key_maps: Vec<Pattern>,
    /// Where its keys stand, as values.
    #[serde(default)]
    pub(crate) key_values: Vec<Pattern>,
    /// Keys that it always has.
    #[serde(default)]
    pub(crate) keys: Vec<SmolStr>,
    /// Fields that make its keys unknown.
    #[serde(default)]
    pub(crate) unless: Vec<Pattern>,
    /// What becomes of it when its producer goes.
    pub(crate) removed: Consequence,
}

/// Where a kind keeps its pod template: the map of `metadata` and `spec`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Template {
    pub(crate) kind: KindName,
    /// Keys joined by dots; empty where the object itself is one.
    pub(crate) path: SmolStr,
}

/// Objects that are there without anyone's doing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Builtin {
    kind: KindName,
    names: BTreeSet<SmolStr>,
    #[serde(default)]
    prefixes: Vec<SmolStr>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    templates: Vec<Template>,
    builtin: Vec<Builtin>,
    groups: BTreeMap<SmolStr, SmolStr>,
    references: Vec<Group<Reference>>,
    selections: Vec<Group<Selection>>,
    products: Vec<Group<Product>>,
}

/// Rows by the kind that they speak of. A row's number is its place in the file.
pub(crate) type Rows<T> = BTreeMap<KindName, Vec<(usize, T)>>;

/// The table, by kind.
#[derive(Debug, Default)]
pub(crate) struct Table {
    templates: BTreeMap<KindName, Vec<SmolStr>>,
    builtin: Vec<Builtin>,
    /// The groups of kinds that objects name without one.
    pub(crate) groups: BTreeMap<SmolStr, SmolStr>,
    pub(crate) references: Rows<Reference>,
    pub(crate) selections: Rows<Selection>,
    pub(crate) products: Rows<Product>,
}

/// The table.
pub(crate) fn table() -> &'static Table {
    static TABLE_READ: OnceLock<Table> = OnceLock::new();
    TABLE_READ.get_or_init(|| read().unwrap_or_default())
}

fn read() -> Result<Table, serde_json::Error> {
    let text: Text = serde_json::from_str(REFERENCES)?;
    let keys = |path: &SmolStr| path.split('.').filter(|k| !k.is_empty()).map(Into::into).collect();
    Ok(Table {
        templates: text.templates.into_iter().map(|t| (t.kind, keys(&t.path))).collect(),
        builtin: text.builtin,
        groups: text.groups,
        references: by_kind(text.references),
        selections: by_kind(text.selections),
        products: by_kind(text.products),
    })
}

fn by_kind<T: Clone>(groups: Vec<Group<T>>) -> Rows<T> {
    let mut rows: Rows<T> = BTreeMap::new();
    let fields = groups.into_iter().flat_map(|g| {
        debug_assert!(!g.source.is_empty(), "every group says where it was read");
        let from = g.from;
        g.fields.into_iter().map(move |f| (from.clone(), f))
    });
    for (number, (kinds, field)) in fields.enumerate() {
        for kind in kinds {
            rows.entry(kind).or_default().push((number, field.clone()));
        }
    }
    rows
}

impl Table {
    /// The keys that lead to a kind's pod template.
    pub(crate) fn template(&self, kind: &KindName) -> Option<&[SmolStr]> {
        self.templates.get(kind).map(Vec::as_slice)
    }

    /// Whether an object is there without anyone's doing.
    pub(crate) fn is_builtin(&self, group: &str, kind: &str, name: &str) -> bool {
        self.builtin.iter().any(|b| {
            b.kind.kind == kind
                && b.kind.group == group
                && (b.names.contains(name) || b.prefixes.iter().any(|p| name.starts_with(&**p)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_well_formed() {
        let table = read().expect("the table is well formed");
        assert!(!table.references.is_empty());
        assert!(table.is_builtin("", "ServiceAccount", "default"));
    }
}
