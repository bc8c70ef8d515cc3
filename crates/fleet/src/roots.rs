//! Kustomization roots, and which uses which, read from their files without rendering.

use std::collections::{BTreeMap, BTreeSet};

use gitops_yaml::{Node, SmolStr};
use rayon::prelude::*;

use crate::files::{clamped, join, load, parent};
use crate::scan::Scan;
use crate::{World, flux};

/// The kustomization roots of a tree.
#[derive(Debug, Default)]
pub(crate) struct Roots {
    roots: BTreeMap<SmolStr, Root>,
    /// The roots that use a root or a file.
    used_by: BTreeMap<SmolStr, BTreeSet<SmolStr>>,
}

#[derive(Debug)]
struct Root {
    is_component: bool,
    uses: Vec<SmolStr>,
}

impl Roots {
    /// Reads all kustomization files.
    pub(crate) fn of(world: &World, scan: &Scan) -> Self {
        let tree = world.tree.as_ref();
        let files = scan.paths.par_iter().filter(|path| flux::is_kustomization(path));
        let read = |path: &SmolStr| {
            let file = load(world.sources, tree, path).ok()?;
            let node = file.documents.iter().find(|d| d.as_map().is_some())?;
            is_kustomization(node).then(|| (parent(path).into(), Root::read(node, parent(path))))
        };
        let roots: BTreeMap<SmolStr, Root> = files.filter_map(read).collect();
        let mut used_by: BTreeMap<SmolStr, BTreeSet<SmolStr>> = BTreeMap::new();
        for (path, root) in &roots {
            for used in &root.uses {
                used_by.entry(used.clone()).or_default().insert(path.clone());
            }
        }
        Self { roots, used_by }
    }

    /// Whether a folder is a root.
    pub(crate) fn contains(&self, path: &str) -> bool {
        self.roots.contains_key(path)
    }

    /// Whether a folder is a component: built only as part of a root.
    pub(crate) fn is_component(&self, path: &str) -> bool {
        self.roots.get(path).is_some_and(|r| r.is_component)
    }

    /// The roots and files that a root uses.
    pub(crate) fn used_in(&self, path: &str) -> &[SmolStr] {
        self.roots.get(path).map_or(&[], |root| &root.uses)
    }

    /// Whether some root uses a root or file.
    pub(crate) fn is_used(&self, path: &str) -> bool {
        self.used_by.contains_key(path)
    }

    /// The roots that no other root uses, components left out.
    pub(crate) fn tops(&self) -> impl Iterator<Item = &SmolStr> {
        let is_top = |(path, root): &(&SmolStr, &Root)| {
            !root.is_component && !self.used_by.contains_key(*path)
        };
        self.roots.iter().filter(is_top).map(|(path, _)| path)
    }

    /// The roots at the end of the way up from a file or root: those that use it and that no other uses.
    pub(crate) fn tops_above(&self, path: &str) -> BTreeSet<SmolStr> {
        let (mut tops, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut open = vec![SmolStr::new(path)];
        while let Some(path) = open.pop() {
            match self.used_by.get(&path) {
                Some(users) => {
                    open.extend(users.iter().filter(|u| seen.insert((*u).clone())).cloned())
                }
                None if self.contains(&path) => drop(tops.insert(path)),
                None => {}
            }
        }
        tops
    }

    /// A root and all that it uses, roots and files.
    pub(crate) fn closure(&self, path: &str, found: &mut BTreeSet<SmolStr>) {
        let mut open = vec![SmolStr::new(path)];
        while let Some(path) = open.pop() {
            if found.insert(path.clone())
                && let Some(root) = self.roots.get(&path)
            {
                open.extend(root.uses.iter().cloned());
            }
        }
    }
}

impl Root {
    fn read(node: &Node, folder: &str) -> Self {
        let texts = |field: &str| node.get(field).map(Node::items).unwrap_or_default().iter();
        let lists = ["resources", "bases", "components", "crds", "generators", "transformers"];
        let paths = lists.iter().flat_map(|f| texts(f)).filter_map(Node::text);
        let patches = texts("patches").filter_map(|p| p.get("path")?.text());
        let merges = texts("patchesStrategicMerge").filter_map(Node::text);
        let used = paths.chain(patches).chain(merges).filter(|p| !p.contains(['\n', ':']));
        Self {
            is_component: node.get("kind").and_then(Node::text) == Some("Component"),
            uses: used.map(|p| clamped("", &join(folder, p)).into()).collect(),
        }
    }
}

/// Whether a file of that name is kustomize's and not, say, a Flux Kustomization of the same kind.
fn is_kustomization(node: &Node) -> bool {
    let version = node.get("apiVersion").and_then(Node::text);
    version.is_none_or(|v| v.starts_with("kustomize.config.k8s.io/"))
}
