//! Where clusters' entry points are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gitops_api::flux::Source as SourceView;
use gitops_config::FluxVersion;
use gitops_model::{Deployed, EntryKind, Resource, SourceRef, Tracks, Tree};
use gitops_yaml::SmolStr;
use rayon::prelude::*;

use super::cluster::Walk;
use super::definition::Definition;
use super::entry::{Entry, Reached, anchor};
use super::followed::Files;
use super::instance;
use super::patched::patched;
use super::sources::artifact_at;
use super::variables::Objects;
use crate::files::{clamped, is_within, parent};
use crate::names::names;
use crate::roots::Roots;
use crate::scan::Scan;
use crate::source::{Addresses, is_remote};
use crate::{SourceTree, SourceTrees, World};

/// The file that bootstrap writes, below a cluster's folder.
const SYNC_FILE: &str = "flux-system/gotk-sync.yaml";

/// The entry points of a repository.
#[derive(Debug, Default)]
pub(crate) struct Discovered {
    /// Them, with names.
    pub entries: Vec<Entry>,
    /// The addresses that mean this repository.
    pub here: Addresses,
    /// All that they lead to in the tree where they were discovered.
    pub reached: Reached,
}

/// Every source gives the tree in which entries are looked for: which revision a cluster takes does not
/// matter to where its entry is.
struct OneTree(Arc<dyn Tree>);

impl SourceTrees for OneTree {
    fn tree(&self, _: &str, _: &SourceRef, _: Option<&str>, _: &Tracks) -> SourceTree {
        SourceTree::Here { tree: self.0.clone(), revision: None, deployed: Deployed::Assumed }
    }
}

/// Looks for entry points: those that bootstrap or the Flux Operator wrote, those that the configuration
/// names, and folders of Flux Kustomizations that no other entry reaches.
pub(crate) fn discover(world: &World, scan: &Scan, roots: &Roots) -> Discovered {
    let trees = OneTree(world.tree.clone());
    let world = World { trees: &trees, ..*world };
    let objects = scan.objects.par_iter();
    let kustomizations = objects.filter_map(|(path, o)| Some((path, Definition::of(o)?))).collect();
    let finder = Finder { world, scan, roots, kustomizations };
    let mut found = Discovered { here: known_addresses(&world), ..Discovered::default() };
    let mut declared = finder.bootstrapped();
    declared.extend(finder.instances());
    declared.extend(finder.configured());
    finder.add(&mut found, declared);
    // Values of a chart may be an example or left behind: they count where nothing else leads.
    let mut installed = finder.chart_values();
    installed.retain(|e| !found.reached.contains(&e.path));
    finder.add(&mut found, installed);
    let candidates = finder.candidates(&found);
    let chosen = finder.undominated(candidates, &found);
    finder.add(&mut found, chosen);
    let paths: Vec<SmolStr> = found.entries.iter().map(|e| e.path.clone()).collect();
    for (entry, name) in found.entries.iter_mut().zip(names(&paths)) {
        let configured =
            world.config.clusters.iter().find(|c| c.path.as_ref() == Some(&entry.path));
        entry.name = configured.map_or(name, |c| c.name.value.clone());
    }
    found
}

/// The addresses of the clone and those that the configuration adds.
fn known_addresses(world: &World) -> Addresses {
    let urls = world.urls.iter().map(String::as_str).filter(|u| is_remote(u));
    urls.chain(world.config.repo_aliases.iter().map(|a| a.value.as_str())).collect()
}

/// Whether something in the repository says that the folder is an entry.
fn is_declared(entry: &Entry) -> bool {
    entry.root.object.is_some()
}

/// Whether a folder is hidden, or named as one for what is no longer in use.
fn is_put_aside(path: &str) -> bool {
    let aside = |part: &str| {
        let name = part.trim_start_matches(['.', '_']).to_lowercase();
        part.starts_with('.')
            || matches!(name.as_str(), "archive" | "archived" | "deprecated" | "disabled")
    };
    path.split('/').any(aside)
}

struct Finder<'w> {
    world: World<'w>,
    scan: &'w Scan,
    roots: &'w Roots,
    /// The Flux Kustomizations in the files, patches left out.
    kustomizations: Vec<(&'w SmolStr, Definition)>,
}

impl Finder<'_> {
    /// Adds entries whose folder has none yet, and what they lead to.
    fn add(&self, found: &mut Discovered, entries: Vec<Entry>) {
        let known: BTreeSet<SmolStr> = found.entries.iter().map(|e| e.path.clone()).collect();
        let mut seen = known;
        let entries: Vec<Entry> =
            entries.into_iter().filter(|e| seen.insert(e.path.clone())).collect();
        let walks = |here: &Addresses| -> Vec<Walk> {
            entries.par_iter().map(|e| e.walk(&self.world, here)).collect()
        };
        let mut walked = walks(&found.here);
        // A clone whose remote is a path knows its address only from its own entries.
        if !self.world.urls.iter().any(|u| is_remote(u)) {
            let urls = entries.par_iter().zip(&walked).filter_map(|(e, w)| e.url(&w.objects));
            let urls: BTreeSet<String> = urls.collect();
            urls.iter().for_each(|url| found.here.insert(url));
            if walked.iter().any(|walk| walk.asks_for_addresses) {
                walked = walks(&found.here);
            }
        }
        let reached = entries.par_iter().zip(&walked).map(|(e, w)| self.reached(e, w)).collect();
        found.reached.append(reached);
        found.entries.extend(entries);
    }

    /// What an entry leads to.
    fn reached(&self, entry: &Entry, walk: &Walk) -> Reached {
        let mut reached = Reached::default();
        reached.add(walk, self.roots, self.scan);
        // An entry whose artifact comes from elsewhere stands for its folder all the same.
        if !matches!(walk.files_of(&entry.root.source), Some(Files::Here { .. })) {
            reached.add_folder(&entry.path, self.roots, self.scan);
        }
        reached
    }

    fn is_folder(&self, path: &str) -> bool {
        self.world.tree.kind(path) == Some(EntryKind::Directory)
    }

    /// Folders with `flux-system/gotk-sync.yaml`.
    fn bootstrapped(&self) -> Vec<Entry> {
        let mut in_files: BTreeMap<&SmolStr, Vec<&Arc<Resource>>> = BTreeMap::new();
        for (path, object) in self.scan.objects.iter().filter(|(p, _)| p.ends_with(SYNC_FILE)) {
            in_files.entry(path).or_default().push(object);
        }
        let entry = |path: &SmolStr| {
            let folder = path.strip_suffix(SYNC_FILE)?;
            let folder = folder.strip_suffix('/').unwrap_or(folder);
            if !folder.is_empty() && path.len() == folder.len() + SYNC_FILE.len() {
                return None;
            }
            let in_file = || in_files.get(path).into_iter().flatten().copied();
            let root = in_file().find_map(Definition::of).or_else(|| self.own(folder));
            let root = root.or_else(|| self.assumed(folder))?;
            let mut entry = self.entry(root, in_file().cloned());
            entry.path = folder.into();
            Some(entry)
        };
        self.scan.paths.par_iter().filter_map(entry).collect()
    }

    /// What FluxInstances follow.
    fn instances(&self) -> Vec<Entry> {
        let objects = self.scan.objects.par_iter();
        self.made(objects.filter_map(|(_, o)| instance::of_object(o)).collect())
    }

    /// What the values of the flux-instance chart follow, in a HelmRelease or in a file.
    fn chart_values(&self) -> Vec<Entry> {
        let releases = self.scan.objects.par_iter();
        let releases = releases.filter_map(|(_, o)| instance::of_release(o));
        let values = self.scan.marked.par_iter().flat_map_iter(|(_, file)| &file.documents);
        self.made(releases.chain(values.filter_map(instance::of_values)).collect())
    }

    fn made(&self, made: Vec<instance::Made>) -> Vec<Entry> {
        let entry = |made: instance::Made| {
            let objects = vec![made.kustomization, made.source];
            let mut objects = patched(&self.world, objects, &made.patches).into_iter();
            let root = Definition::of(&objects.next()?)?;
            let mut entry = self.entry(root, objects);
            entry.version = made.version;
            let url = entry.url(&Objects::default());
            if let Some(artifact) = url.and_then(|u| artifact_at(self.world.config, &u)) {
                entry.base = artifact.path.clone();
                entry.path = clamped(&entry.base, &entry.root.path).into();
            }
            self.is_folder(&entry.path).then(|| entry.clone()).or_else(|| self.rebased(entry))
        };
        made.into_iter().filter_map(entry).collect()
    }

    /// The entry with the one folder as its artifact's root in which its path exists.
    fn rebased(&self, entry: Entry) -> Option<Entry> {
        let suffix = format!("/{}", entry.path);
        let mut folders =
            self.scan.folders.keys().filter(|f| f.ends_with(&suffix) && !is_put_aside(f));
        let folder = folders.next()?;
        let base = folder.strip_suffix(&suffix)?.into();
        folders.next().is_none().then(|| Entry { path: folder.clone(), base, ..entry })
    }

    /// Folders that the configuration names and that hold Flux Kustomizations.
    fn configured(&self) -> Vec<Entry> {
        let paths = self.world.config.clusters.iter().filter_map(|c| c.path.as_ref());
        if paths.clone().next().is_none() {
            return Vec::new();
        }
        let files = self.kustomizations.iter().map(|(path, _)| *path);
        let kustomizations: Vec<_> =
            files.map(|path| (path, self.roots.tops_above(path))).collect();
        let holds_flux = |folder: &&SmolStr| {
            let mut all = kustomizations.iter();
            all.any(|(path, tops)| is_within(path, folder) || tops.contains(*folder))
        };
        let paths = paths.filter(|p| self.is_folder(p)).filter(holds_flux);
        paths
            .filter_map(|p| Some(self.entry(self.own(p).or_else(|| self.assumed(p))?, [])))
            .collect()
    }

    /// A Kustomization that stands in or below the folder and builds the folder.
    fn own(&self, folder: &str) -> Option<Definition> {
        let mut all = self.kustomizations.iter();
        let own = all.find(|(path, d)| self.is_own(path, d) && clamped("", &d.path) == folder);
        own.map(|(_, definition)| definition.clone())
    }

    /// Whether a Kustomization builds a folder around its own file. One of an artifact that comes from
    /// elsewhere does not, whatever its path.
    fn is_own(&self, path: &str, definition: &Definition) -> bool {
        let target = clamped("", &definition.path);
        let source = |o: &Resource| SourceView::of(o).is_some_and(|s| s.id() == definition.source);
        let elsewhere = definition.source.kind != "GitRepository"
            && self.scan.objects.iter().any(|(_, o)| source(o));
        !elsewhere && is_within(path, &target) && self.is_folder(&target)
    }

    fn assumed(&self, folder: &str) -> Option<Definition> {
        Some(Definition::assumed(folder, anchor(&self.world, self.scan, folder)?))
    }

    /// Folders that may be entries: nothing found so far reaches them, and they hold Flux Kustomizations.
    fn candidates(&self, found: &Discovered) -> Vec<Entry> {
        let reached = &found.reached;
        let mut folders: BTreeSet<SmolStr> = BTreeSet::new();
        for (path, definition) in &self.kustomizations {
            if self.is_own(path, definition) {
                folders.insert(clamped("", &definition.path).into());
            }
            let tops = self.roots.tops_above(path);
            if tops.is_empty() && !reached.contains(path) && !self.roots.is_component(parent(path))
            {
                folders.insert(parent(path).into());
            }
            folders.extend(tops.into_iter().filter(|t| !self.roots.is_component(t)));
        }
        folders.retain(|f| !reached.covers(f) && !reached.contains(f));
        let entry = |folder: &SmolStr| {
            Some(self.entry(self.own(folder).or_else(|| self.assumed(folder))?, []))
        };
        let entries: Vec<Entry> = folders.iter().filter_map(entry).collect();
        let entries = entries.into_par_iter().filter_map(|e| self.with_own_root(e));
        let mut entries: Vec<Entry> = entries.collect();
        // Beside entries that say what they are, a folder of which nothing says so is one only where it
        // stands beside them: elsewhere it is what they no longer use.
        let declared = entries.iter().chain(&found.entries).filter(|e| is_declared(e));
        let parents: BTreeSet<SmolStr> = declared.map(|e| parent(&e.path).into()).collect();
        let beside = |e: &Entry| parents.is_empty() || parents.contains(parent(&e.path));
        entries.retain(|e| is_declared(e) || beside(e) && !is_put_aside(&e.path));
        entries
    }

    /// An entry, with the release of Flux that the files in its folder install.
    fn entry(&self, root: Definition, seeds: impl IntoIterator<Item = Arc<Resource>>) -> Entry {
        let mut entry = Entry::new(root, seeds);
        let mut below = Reached::default();
        below.add_folder(&entry.path, self.roots, self.scan);
        let installs = |path: &&SmolStr| path.ends_with("gotk-components.yaml");
        let release = |path: &SmolStr| {
            let text = self.world.tree.read(path).ok()?;
            let head = String::from_utf8_lossy(text.get(..text.len().min(512))?).into_owned();
            let line = head.lines().find_map(|l| l.strip_prefix("# Flux Version: "))?.to_owned();
            FluxVersion::parse(&line)
        };
        entry.version = below.built().iter().filter(installs).find_map(release);
        entry
    }

    /// The entry with the Kustomization that its folder applies to itself, if there is one. A folder that
    /// cannot be built, and of which nothing says that it should be, is no entry.
    fn with_own_root(&self, entry: Entry) -> Option<Entry> {
        let walk = entry.walk(&self.world, &Addresses::default());
        let resources = walk.units.iter().flat_map(|b| b.unit.resources.iter());
        let mut own = resources.filter_map(Definition::of);
        match own.find(|d| clamped("", &d.path) == entry.path) {
            Some(root) => Some(Entry { root, ..entry }),
            None => {
                let is_built = walk.units.first().is_some_and(|b| b.unit.inputs.is_some());
                // The top is every artifact's root, so naming it says little.
                let is_declared = entry.root.object.is_some() && !entry.path.is_empty();
                (is_declared || is_built).then_some(entry)
            }
        }
    }

    /// The candidates that no other one reaches; of those that reach each other, the one with a root of
    /// its own, else the first.
    fn undominated(&self, candidates: Vec<Entry>, found: &Discovered) -> Vec<Entry> {
        let reach = |entry: &Entry| {
            let walk = entry.walk(&self.world, &found.here);
            let mut reached = Reached::default();
            reached.add(&walk, self.roots, self.scan);
            reached
        };
        let reached: Vec<Reached> = candidates.par_iter().map(reach).collect();
        let rank = |i: usize| (candidates[i].root.object.is_none(), i);
        let dominated = |i: usize| {
            (0..candidates.len()).any(|j| {
                let (a, b) = (&candidates[i].path, &candidates[j].path);
                let mutual = reached[i].contains(b);
                i != j && reached[j].contains(a) && (!mutual || rank(j) < rank(i))
            })
        };
        let kept: Vec<bool> = (0..candidates.len()).map(|i| !dominated(i)).collect();
        let pairs = candidates.into_iter().zip(kept);
        pairs.filter_map(|(entry, kept)| kept.then_some(entry)).collect()
    }
}
