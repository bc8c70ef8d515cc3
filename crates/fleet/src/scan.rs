//! What a tree holds, as far as discovery needs it: paths, and the files that speak of a controller.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use gitops_model::{EntryKind, Resource, Tree};
use gitops_yaml::{ParsedFile, SmolStr};
use rayon::prelude::*;
use regex::bytes::Regex;

use crate::World;
use crate::files::{join, load};

/// Folders that hold no manifests and may be huge.
const SKIPPED: [&str; 2] = [".git", "node_modules"];

/// Words without which a file is of no interest to discovery. Bytes, not letters: only so is text that is not
/// ASCII searched as fast.
const MARKERS: &str = r"(?-u)kustomize\.toolkit\.fluxcd\.io|source\.toolkit\.fluxcd\.io|FluxInstance|\binstance:|argoproj\.io";

/// The files of a tree.
pub(crate) struct Scan {
    /// Every file that may be YAML, in the order of a walk.
    pub paths: Vec<SmolStr>,
    /// Every folder, with the places of the paths below it.
    pub folders: BTreeMap<SmolStr, Range<usize>>,
    /// The parsed files that hold one of the [`MARKERS`].
    pub marked: Vec<(SmolStr, Arc<ParsedFile>)>,
}

impl Scan {
    /// Reads a tree. Files that are no YAML, such as templates, are passed over.
    pub(crate) fn of(world: &World) -> Self {
        let tree = world.tree.as_ref();
        let mut scan = Self { paths: Vec::new(), folders: BTreeMap::new(), marked: Vec::new() };
        scan.walk(tree, "");
        tree.read_ahead(&scan.paths);
        let marked = |path: &SmolStr| {
            let id = tree.content_id(path).ok()?;
            let mut file = None;
            let mut look = || {
                let bytes = tree.read(path).ok().filter(|bytes| markers().is_match(bytes));
                file = bytes.map(|b| world.sources.load(&tree.written_at(path), id, &b));
                file.is_some()
            };
            let is_marked = world.memo.is_marked(id, &mut look);
            let again = || is_marked.then(|| load(world.sources, tree, path).ok()).flatten();
            Some((path.clone(), file.or_else(again)?))
        };
        scan.marked = scan.paths.par_iter().filter_map(marked).collect();
        scan
    }

    fn walk(&mut self, tree: &dyn Tree, folder: &str) {
        let first = self.paths.len();
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
        self.folders.insert(folder.into(), first..self.paths.len());
    }

    /// The paths in and below a folder.
    pub(crate) fn below(&self, folder: &str) -> &[SmolStr] {
        let places = self.folders.get(folder).cloned().unwrap_or_default();
        self.paths.get(places).unwrap_or_default()
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
