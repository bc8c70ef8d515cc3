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
use crate::flux::is_kustomization;

/// Folders that hold no manifests and may be huge.
const SKIPPED: [&str; 2] = [".git", "node_modules"];

/// How many entries of a folder are better looked at by one thread than shared.
const MOST_BY_ONE: usize = 16;

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
    /// The Kubernetes objects in these, with the file's path.
    pub objects: Vec<(SmolStr, Arc<Resource>)>,
}

impl Scan {
    /// Reads a tree. Files that are no YAML, such as templates, are passed over.
    pub(crate) fn of(world: &World) -> Self {
        let tree = world.tree.as_ref();
        let Listed { paths, folders } = Listed::below(tree, "");
        tree.read_ahead(&paths);
        let marked: Vec<_> = paths.par_iter().filter_map(|path| marked(world, path)).collect();
        let objects = marked.par_iter().flat_map_iter(|(path, file)| {
            let objects = world.memo.objects(file);
            (0..objects.len()).map(move |at| (path.clone(), objects[at].clone()))
        });
        let objects = objects.collect();
        Self { paths, folders: folders.into_iter().collect(), marked, objects }
    }

    /// The paths in and below a folder.
    pub(crate) fn below(&self, folder: &str) -> &[SmolStr] {
        let places = self.folders.get(folder).cloned().unwrap_or_default();
        self.paths.get(places).unwrap_or_default()
    }
}

/// The file at a path, if it speaks of a controller.
fn marked(world: &World, path: &SmolStr) -> Option<(SmolStr, Arc<ParsedFile>)> {
    let tree = world.tree.as_ref();
    let (id, bytes) = tree.identify(path).ok()?;
    let parse = |bytes: &[u8]| world.sources.load(&tree.written_at(path), id, bytes);
    // Kustomizations are parsed in any case: now, while their bytes are at hand.
    if let Some(bytes) = bytes.as_deref().filter(|_| is_kustomization(path)) {
        parse(bytes);
    }
    let mut file = None;
    let look = || {
        let bytes = bytes.or_else(|| tree.read(path).ok());
        file = bytes.filter(|bytes| markers().is_match(bytes)).map(|bytes| parse(&bytes));
        file.is_some()
    };
    let is_marked = world.memo.is_marked(id, look);
    let again = || is_marked.then(|| load(world.sources, tree, path).ok()).flatten();
    Some((path.clone(), file.or_else(again)?))
}

/// What stands in and below a folder, in the order of a walk.
struct Listed {
    /// The files that may be YAML.
    paths: Vec<SmolStr>,
    /// The folders, with the places of the paths below them.
    folders: Vec<(SmolStr, Range<usize>)>,
}

impl Listed {
    fn below(tree: &dyn Tree, folder: &str) -> Self {
        let entry = |(name, kind): &(SmolStr, EntryKind)| {
            let path = join(folder, name);
            match kind {
                EntryKind::Directory if SKIPPED.contains(&name.as_str()) => None,
                EntryKind::Directory if tree.link_target(&path).is_some() => None,
                EntryKind::Directory => Some(Self::below(tree, &path)),
                EntryKind::File => {
                    is_yaml(name).then(|| Self { paths: vec![path.into()], folders: Vec::new() })
                }
            }
        };
        let entries = tree.list(folder);
        let parts = entries.par_iter().with_min_len(MOST_BY_ONE).filter_map(entry);
        let mut all = Self { paths: Vec::new(), folders: Vec::new() };
        parts.collect::<Vec<_>>().into_iter().for_each(|part| all.append(part));
        all.folders.push((folder.into(), 0..all.paths.len()));
        all
    }

    fn append(&mut self, part: Self) {
        let first = self.paths.len();
        let moved = |(folder, at): (_, Range<usize>)| (folder, at.start + first..at.end + first);
        self.folders.extend(part.folders.into_iter().map(moved));
        self.paths.extend(part.paths);
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
