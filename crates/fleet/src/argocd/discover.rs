//! Where the entry points of Argo CD are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gitops_api::argocd::{Application, ApplicationSet, IN_CLUSTER_NAME, Source};
use gitops_model::{Deployed, Resource, SourceRef, Tracks, Tree};
use gitops_yaml::SmolStr;
use rayon::prelude::*;

use super::hub::{Hub, Walk, control_plane};
use crate::files::{clamped, is_within, parent};
use crate::names::names;
use crate::roots::Roots;
use crate::scan::Scan;
use crate::source::{Addresses, is_remote};
use crate::{SourceTree, SourceTrees, World, folder};

/// The name of the hub where there is but one.
const ONLY: &str = "argocd";

/// The hubs of a repository.
#[derive(Default)]
pub(crate) struct Hubs {
    pub(crate) hubs: Vec<Hub>,
    /// The addresses that mean this repository.
    pub(crate) here: Addresses,
    /// Folders and files that they lead to.
    reached: BTreeSet<SmolStr>,
}

impl Hubs {
    /// Whether a hub leads to a folder.
    pub(crate) fn reach(&self, path: &str) -> bool {
        self.reached.contains(path)
    }
}

/// Every source gives the tree in which entries are looked for.
struct OneTree(Arc<dyn Tree>);

impl SourceTrees for OneTree {
    fn tree(&self, _: &str, _: &SourceRef, _: Option<&str>, _: &Tracks) -> SourceTree {
        SourceTree::Here { tree: self.0.clone(), revision: None, deployed: Deployed::Assumed }
    }
}

/// Looks for entries: kustomization roots that nothing uses and that render Applications or ApplicationSets,
/// and folders of such files that no kustomization uses. What an Application of another entry renders is none.
pub(crate) fn discover(world: &World<'_>, scan: &Scan, roots: &Roots) -> Hubs {
    let trees = OneTree(world.tree.clone());
    let world = World { trees: &trees, ..*world };
    let objects = scan.objects.iter().filter(|(_, o)| is_argo(o));
    let objects: Vec<(&SmolStr, Arc<Resource>)> =
        objects.map(|(path, object)| (path, object.clone())).collect();
    let here = addresses(&world, &objects);
    let mut candidates = rendered(&world, roots, &objects);
    candidates.extend(folders(roots, &objects));
    candidates.sort_by(|a, b| a.path.cmp(&b.path));
    let reach: Vec<BTreeSet<SmolStr>> = candidates
        .par_iter()
        .map(|hub| reached(&world, &hub.walk(&world, &here), roots, scan))
        .collect();
    let dominated = |i: usize| {
        let path = &candidates[i].path;
        (0..candidates.len()).any(|j| {
            let mutual = reach[i].contains(&candidates[j].path);
            i != j && reach[j].contains(path) && (!mutual || j < i)
        })
    };
    let kept: Vec<bool> = (0..candidates.len()).map(|i| !dominated(i)).collect();
    let mut found = Hubs { here, ..Hubs::default() };
    for ((hub, reach), kept) in candidates.into_iter().zip(reach).zip(kept) {
        if kept {
            roots.closure(&hub.path, &mut found.reached);
            found.reached.extend(reach);
            found.hubs.push(hub);
        }
    }
    name(&world, &mut found.hubs);
    found
}

fn is_argo(object: &Resource) -> bool {
    Application::of(object).is_some() || ApplicationSet::of(object).is_some()
}

fn name(world: &World<'_>, hubs: &mut [Hub]) {
    let paths: Vec<SmolStr> = hubs.iter().map(|h| h.path.clone()).collect();
    let only = hubs.len() == 1;
    for (hub, name) in hubs.iter_mut().zip(names(&paths)) {
        hub.name = if only { ONLY.into() } else { name.replace('/', "~").into() };
        hub.own = own_name(world, hub, only);
    }
}

/// The name of the cluster that a hub runs in: the configured name of its entry, else `in-cluster` for an only
/// hub, else the hub's.
fn own_name(world: &World<'_>, hub: &Hub, is_only: bool) -> SmolStr {
    let configured = world.config.clusters.iter().find(|c| c.path.as_ref() == Some(&hub.path));
    match configured {
        Some(cluster) => cluster.name.value.clone(),
        None if is_only => IN_CLUSTER_NAME.into(),
        None => hub.name.clone(),
    }
}

/// The addresses of this repository: the clone's and the configured ones; without a clone those that
/// Applications with a folder of this tree name.
fn addresses(world: &World<'_>, objects: &[(&SmolStr, Arc<Resource>)]) -> Addresses {
    let urls: Vec<&str> = world.urls.iter().map(String::as_str).filter(|u| is_remote(u)).collect();
    let aliases = world.config.repo_aliases.iter().map(|a| a.value.as_str());
    let mut here: Addresses = urls.iter().copied().chain(aliases).collect();
    if urls.is_empty() {
        let sources =
            objects.iter().filter_map(|(_, o)| Application::of(o)).flat_map(|a| a.sources());
        let templates = objects
            .iter()
            .filter_map(|(_, o)| ApplicationSet::of(o)?.template()?.at(&["spec", "source"]));
        for source in sources.chain(templates.map(Source::of)) {
            // A template's path counts as far as it is written out.
            let path = source.path().and_then(|p| p.split("{{").next());
            let folder =
                path.map(|p| clamped("", p.rsplit_once('/').map_or(p, |(folder, _)| folder)));
            if folder.is_some_and(|f| !f.is_empty() && world.tree.kind(&f).is_some()) {
                here.insert(source.repo_url());
            }
        }
    }
    here
}

/// Roots that nothing uses, above files with such objects, and that render some.
fn rendered(world: &World<'_>, roots: &Roots, objects: &[(&SmolStr, Arc<Resource>)]) -> Vec<Hub> {
    let tops: BTreeSet<SmolStr> = objects.iter().flat_map(|(p, _)| roots.tops_above(p)).collect();
    let render = |path: &SmolStr| {
        let built = folder::rendered(world, path).ok()?;
        let hub =
            || Hub { unchecked: built.unchecked.clone(), ..hub(path, built.resources.clone()) };
        built.resources.iter().any(|o| is_argo(o)).then(hub)
    };
    let tops: Vec<SmolStr> = tops.into_iter().collect();
    tops.par_iter().filter_map(render).collect()
}

/// Folders with files of such objects that no kustomization uses.
fn folders(roots: &Roots, objects: &[(&SmolStr, Arc<Resource>)]) -> Vec<Hub> {
    let mut by_folder: BTreeMap<SmolStr, Vec<Arc<Resource>>> = BTreeMap::new();
    for (path, object) in objects {
        if roots.tops_above(path).is_empty() && !roots.contains(parent(path)) {
            by_folder.entry(parent(path).into()).or_default().push(object.clone());
        }
    }
    by_folder.into_iter().map(|(path, objects)| hub(&path, objects)).collect()
}

fn hub(path: &SmolStr, objects: Vec<Arc<Resource>>) -> Hub {
    let namespace = control_plane(&objects);
    let (name, own, unchecked) = Default::default();
    Hub { name, own, path: path.clone(), namespace, objects, unchecked }
}

/// Folders that the Applications of a hub render, and all that those use.
fn reached(world: &World<'_>, walk: &Walk, roots: &Roots, scan: &Scan) -> BTreeSet<SmolStr> {
    let mut reached = BTreeSet::new();
    for (_, built) in &walk.units {
        let sources = built.unit.object.as_deref().and_then(Application::of);
        for source in sources.map(|a| a.sources()).unwrap_or_default() {
            let Some(path) = source.path() else { continue };
            let top = world.mapped(source.repo_url()).unwrap_or_default();
            let folder = SmolStr::from(clamped(&top, path));
            roots.closure(&folder, &mut reached);
            let recurses =
                source.node().at(&["directory", "recurse"]).and_then(gitops_yaml::Node::as_bool);
            if recurses == Some(true) {
                reached.extend(scan.folders.keys().filter(|f| is_within(f, &folder)).cloned());
            }
        }
    }
    reached
}
