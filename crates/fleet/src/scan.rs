//! What a tree holds, as far as discovery needs it: paths, and the files that speak of a controller.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use gitops_model::{EntryKind, Resource, Tree};
use gitops_yaml::{ParsedFile, SmolStr};
use rayon::prelude::*;
use regex::bytes::Regex;

use crate::World;
use crate::files::{join, load};

/// Folders that hold no manifests and may be huge.
const SKIPPED: [&str; 2] = [".git", "node_modules"];

/// Words without which a file is of no interest to discovery.
const MARKERS: &str = r"kustomize\.toolkit\.fluxcd\.io|source\.toolkit\.fluxcd\.io|FluxInstance|\binstance:|argoproj\.io";

/// The files of a tree.
pub(crate) struct Scan {
    /// Every file that may be YAML, in the order of a walk.
    pub paths: Vec<SmolStr>,
    /// Every folder.
    pub folders: BTreeSet<SmolStr>,
    /// The parsed files that hold one of the [`MARKERS`].
    pub marked: Vec<(SmolStr, Arc<ParsedFile>)>,
}

impl Scan {
    /// Reads a tree. Files that are no YAML, such as templates, are passed over.
    pub(crate) fn of(world: &World) -> Self {
        let tree = world.tree.as_ref();
        let mut scan = Self { paths: Vec::new(), folders: BTreeSet::new(), marked: Vec::new() };
        scan.walk(tree, "");
        let marked = |path: &SmolStr| {
            let is_marked = markers().is_match(&tree.read(path).ok()?);
            let file = is_marked.then(|| load(world.sources, tree, path).ok())??;
            Some((path.clone(), file))
        };
        scan.marked = scan.paths.par_iter().filter_map(marked).collect();
        scan
    }

    fn walk(&mut self, tree: &dyn Tree, folder: &str) {
        self.folders.insert(folder.into());
        for (name, kind) in tree.list(folder) {
            let path = join(folder, &name);
            match kind {
                EntryKind::Directory if SKIPPED.contains(&name.as_str()) => {}
                EntryKind::Directory if tree.link_target(&path).is_some() => {}
                EntryKind::Directory => self.walk(tree, &path),
                EntryKind::File if is_yaml(&name) => self.paths.push(path.into()),
                EntryKind::File => {}
            }
        }
    }

    /// The Kubernetes objects in the marked files, with the file's path.
    pub(crate) fn objects(&self) -> Vec<(&SmolStr, Arc<Resource>)> {
        let documents =
            self.marked.iter().flat_map(|(p, f)| f.documents.iter().map(move |d| (p, d)));
        let object = |(path, node): (_, &gitops_yaml::Node)| {
            node.get("apiVersion")?;
            Some((path, Arc::new(Resource::new(node.clone())?)))
        };
        documents.filter_map(object).collect()
    }
}

fn markers() -> &'static Regex {
    static MARKED: OnceLock<Regex> = OnceLock::new();
    MARKED.get_or_init(|| Regex::new(MARKERS).expect("a constant pattern"))
}

/// Whether a file's name is that of a YAML file or of a kustomization.
pub(crate) fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml") || name == "Kustomization"
}
