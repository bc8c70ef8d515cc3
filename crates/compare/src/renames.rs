//! Removed and added objects that are one to a person.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use gitops_model::{Action, Change, Resource};
use gitops_yaml::{Node, Value};

/// How alike two objects must be to be one under another name: the share of their values in common.
const ALIKE: f64 = 0.6;

/// An object that goes and one that comes in its place.
#[derive(Debug, Clone, Copy)]
pub struct Rename<'a> {
    /// The one that goes.
    pub removed: &'a Change,
    /// The one that comes.
    pub added: &'a Change,
    /// What is different about its identity.
    pub kind: RenameKind,
}

/// What of an object's identity is different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RenameKind {
    /// The hash that a generator appends to its name.
    Generated,
    /// Its API group; to the API server it may still be one object.
    Group,
    /// Its kind.
    Kind,
    /// Its namespace, not its name.
    Namespace,
    /// Its name.
    Name,
}

/// Pairs removed and added objects of one cluster, in the order of `changes`: those of one generator,
/// those of one name in another group, kind or namespace, and those whose content is alike.
#[must_use]
pub fn renames(changes: &[Change]) -> Vec<Rename<'_>> {
    let sides = |action| changes.iter().filter(move |c| c.action == action).map(Side::of);
    let added: Vec<Side<'_>> = sides(Action::Added).collect();
    let mut by_kind: BTreeMap<&str, Vec<&Side<'_>>> = BTreeMap::new();
    for side in &added {
        by_kind.entry(family(&side.change.key.kind)).or_default().push(side);
    }
    let removed: Vec<Side<'_>> = sides(Action::Removed).collect();
    let mut candidates: Vec<(RenameKind, f64, Rename<'_>)> = Vec::new();
    for old in &removed {
        let alike = by_kind.get(family(&old.change.key.kind)).into_iter().flatten();
        candidates.extend(alike.filter_map(|new| old.becomes(new)));
    }
    // Workloads first: what else bears their name goes with them.
    candidates.sort_by(|a, b| {
        let keys = |r: &Rename<'_>| (r.removed.key.clone(), r.added.key.clone());
        let other = |r: &Rename<'_>| family(&r.removed.key.kind) != "workload";
        (a.0, other(&a.2))
            .cmp(&(b.0, other(&b.2)))
            .then(b.1.total_cmp(&a.1))
            .then_with(|| keys(&a.2).cmp(&keys(&b.2)))
    });
    best_first(candidates.into_iter().map(|(_, _, rename)| rename))
}

fn best_first<'a>(candidates: impl Iterator<Item = Rename<'a>>) -> Vec<Rename<'a>> {
    let (mut gone, mut come) = (BTreeSet::new(), BTreeSet::new());
    let mut names = Names::default();
    let mut chosen: Vec<Rename<'a>> = candidates
        .filter(|r| {
            let free = !gone.contains(&r.removed.key) && !come.contains(&r.added.key);
            free && names.agree(r) && gone.insert(&r.removed.key) && come.insert(&r.added.key)
        })
        .collect();
    chosen.sort_by(|a, b| a.removed.key.cmp(&b.removed.key));
    chosen
}

/// What the names of workloads became, and what they were: in a namespace one app has one name.
#[derive(Default)]
struct Names<'a> {
    new: BTreeMap<(&'a str, &'a str), &'a str>,
    old: BTreeMap<(&'a str, &'a str), &'a str>,
}

impl<'a> Names<'a> {
    /// Whether a rename is one of an app that was not renamed otherwise; that of a workload is noted.
    fn agree(&mut self, rename: &Rename<'a>) -> bool {
        if rename.kind != RenameKind::Name {
            return true;
        }
        let (old, new) = (&rename.removed.key, &rename.added.key);
        let (left, right) = ((&*old.namespace, &*old.name), (&*new.namespace, &*new.name));
        let same = |known: Option<&&str>, name: &str| known.is_none_or(|known| *known == name);
        let agree = same(self.new.get(&left), right.1) && same(self.old.get(&right), left.1);
        if agree && family(&old.kind) == "workload" {
            self.new.insert(left, right.1);
            self.old.insert(right, left.1);
        }
        agree
    }
}

/// One name for kinds that stand in for each other.
fn family(kind: &str) -> &str {
    match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Rollout" | "Job"
        | "CronJob" | "DeploymentConfig" => "workload",
        "Ingress" | "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "IngressRoute" | "VirtualService"
        | "HTTPProxy" | "Route" => "route",
        _ => kind.strip_prefix("Cluster").filter(|rest| !rest.is_empty()).unwrap_or(kind),
    }
}

struct Side<'a> {
    change: &'a Change,
    values: Vec<u64>,
    /// What it runs, installs or applies; without any of it two objects are never one.
    core: BTreeSet<&'a str>,
}

impl<'a> Side<'a> {
    fn of(change: &'a Change) -> Self {
        let object = change.object();
        Self { change, values: values(object), core: core(object) }
    }

    fn becomes(&self, new: &Self) -> Option<(RenameKind, f64, Rename<'a>)> {
        let (old_key, new_key) = (&self.change.key, &new.change.key);
        let name = |change: &'a Change| change.object().stable_name.as_ref();
        let same_name = old_key.name == new_key.name;
        let same_namespace = old_key.namespace == new_key.namespace;
        let same_kind = old_key.kind == new_key.kind;
        let similarity = alike(&self.values, &new.values);
        let generated = same_kind
            && same_namespace
            && name(self.change).is_some_and(|n| Some(n) == name(new.change));
        let kind = if generated {
            RenameKind::Generated
        } else if same_name && same_namespace && same_kind {
            RenameKind::Group
        } else if same_name && !same_kind {
            RenameKind::Kind
        } else if !same_kind || similarity < ALIKE || self.core.is_disjoint(&new.core) {
            return None;
        } else if same_name {
            RenameKind::Namespace
        } else {
            RenameKind::Name
        };
        let rename = Rename { removed: self.change, added: new.change, kind };
        Some((kind, similarity, rename))
    }
}

/// The images that a workload runs without their versions, the chart that a release installs, the folder that a
/// Kustomization or an Application applies; the kind for all others.
fn core(object: &Resource) -> BTreeSet<&str> {
    const PATHS: [&[&str]; 5] = [
        &["spec", "chart", "spec", "chart"],
        &["spec", "chartRef", "name"],
        &["spec", "path"],
        &["spec", "source", "path"],
        &["spec", "source", "chart"],
    ];
    let mut core: BTreeSet<&str> =
        PATHS.iter().filter_map(|path| object.at(path)).filter_map(Node::text).collect();
    if family(&object.key.kind) == "workload" {
        object.body.walk(&mut |node| {
            core.extend(node.get("image").and_then(Node::text).map(repository));
        });
    }
    if core.is_empty() {
        core.insert(&object.key.kind);
    }
    core
}

/// An image without its tag and digest.
fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => image,
    }
}

/// The share of values that two objects have in common (Dice's coefficient of sorted multisets).
fn alike(a: &[u64], b: &[u64]) -> f64 {
    let (mut i, mut j, mut common) = (0, 0, 0_usize);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        common += usize::from(x == y);
        (i, j) = (i + usize::from(x <= y), j + usize::from(y <= x));
    }
    if a.is_empty() || b.is_empty() {
        0.0
    } else {
        2.0 * common as f64 / (a.len() + b.len()) as f64
    }
}

/// The values of an object with the keys that lead to them, hashed and sorted; its identity left out,
/// also where its content repeats its name.
fn values(object: &Resource) -> Vec<u64> {
    let mut found = Vec::new();
    for entry in object.body.entries().iter().filter(|e| !is_identity(&e.key)) {
        collect(&entry.value, hash(0, &entry.key), &object.key.name, &mut found);
    }
    found.sort_unstable();
    found
}

fn is_identity(key: &str) -> bool {
    matches!(key, "apiVersion" | "kind" | "metadata" | "status")
}

fn collect(node: &Node, path: u64, name: &str, found: &mut Vec<u64>) {
    match &node.value {
        Value::Scalar(s) if s.text == name => found.push(hash(path, "")),
        Value::Scalar(s) => found.push(hash(path, &s.text)),
        Value::Seq(items) => items.iter().for_each(|item| collect(item, path, name, found)),
        Value::Map(entries) => {
            entries.iter().for_each(|e| collect(&e.value, hash(path, &e.key), name, found));
        }
    }
}

fn hash(path: u64, text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (path, text).hash(&mut hasher);
    hasher.finish()
}
