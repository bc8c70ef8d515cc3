//! Entry points: what a cluster's Flux is told to follow first.

use std::collections::BTreeSet;
use std::sync::Arc;

use gitops_api::flux::Source as SourceView;
use gitops_config::FluxVersion;
use gitops_model::{Resource, SourceRef};
use gitops_yaml::{SmolStr, Span};
use rayon::prelude::*;

use super::asked::Asked;
use super::build::Builder;
use super::cluster::{Walk, Walker};
use super::definition::Definition;
use super::followed::Files;
use super::sources::Resolver;
use super::variables::{Objects, Variable};
use crate::World;
use crate::files::{clamped, is_within};
use crate::glob::path_match;
use crate::roots::Roots;
use crate::scan::Scan;
use crate::source::Addresses;

/// One entry point.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Its folder.
    pub path: SmolStr,
    /// The cluster's name; empty until all entries are known.
    pub name: SmolStr,
    /// The Kustomization of the folder.
    pub root: Definition,
    /// Objects of the cluster beside those that Kustomizations apply.
    pub seeds: Arc<[Arc<Resource>]>,
    /// The folder that is the root of the entry's own artifact.
    pub base: SmolStr,
    /// The release of Flux that it runs, if the repository says so.
    pub version: Option<FluxVersion>,
}

impl Entry {
    /// An entry at the folder of a Kustomization.
    pub(crate) fn new(root: Definition, seeds: impl IntoIterator<Item = Arc<Resource>>) -> Self {
        let path = clamped("", &root.path).into();
        let seeds = seeds.into_iter().collect();
        let (name, base) = (SmolStr::default(), SmolStr::default());
        Self { path, name, root, seeds, base, version: None }
    }

    /// The address of the entry's own source, as far as the repository says.
    pub(crate) fn url(&self, objects: &Objects) -> Option<String> {
        let own: &SourceRef = &self.root.source;
        let mut sources =
            objects.values().chain(self.seeds.iter().rev()).filter_map(|o| SourceView::of(o));
        sources.find(|s| s.id() == *own)?.url().map(str::to_owned)
    }

    /// Follows the entry.
    pub(crate) fn walk(&self, world: &World, here: &Addresses) -> Walk {
        let configured = world.config.cluster(&self.name, &self.path);
        let variable = |(name, value): (&SmolStr, &gitops_config::Spanned<SmolStr>)| {
            let exposure = gitops_yaml::Exposure::Open;
            (
                name.clone(),
                Variable { value: Some(value.value.clone()), exposure, span: value.span },
            )
        };
        let configured: Vec<_> =
            configured.map(|c| c.variables.iter().map(variable).collect()).unwrap_or_default();
        let resolver = Resolver {
            world,
            cluster: &self.name,
            here,
            own: &self.root.source,
            base: &self.base,
            asked: &Asked::default(),
        };
        let follow = |asked: &Asked, defer| {
            let version = world.config.flux_version.or(self.version);
            let builder = Builder { world, configured: configured.clone(), version, defer };
            Walker { resolver: Resolver { asked, ..resolver }, builder }
                .walk(&self.root, &self.seeds)
        };
        let make = |asked: &Asked| {
            let walk = follow(asked, world.defers(&self.name));
            if walk.may_lack() { follow(asked, false) } else { walk }
        };
        world.memo.walks.walk(self, &configured, &resolver, make)
    }
}

/// The folders and files that walks lead to.
#[derive(Debug, Default)]
pub(crate) struct Reached {
    /// All that is built.
    built: BTreeSet<SmolStr>,
    /// What may be built, by Kustomizations whose path has a variable that is not known.
    guessed: BTreeSet<SmolStr>,
}

impl Reached {
    /// Adds what others hold, in less time than one by one.
    pub(crate) fn append(&mut self, others: Vec<Self>) {
        let (built, guessed): (Vec<_>, Vec<_>) =
            others.into_iter().map(|other| (other.built, other.guessed)).unzip();
        let sorted = |sets: Vec<BTreeSet<SmolStr>>| {
            let mut paths: Vec<SmolStr> = sets.into_iter().flatten().collect();
            paths.par_sort_unstable();
            paths.into_iter().collect::<BTreeSet<SmolStr>>()
        };
        self.built.append(&mut sorted(built));
        self.guessed.append(&mut sorted(guessed));
    }

    /// Adds what a walk builds.
    pub(crate) fn add(&mut self, walk: &Walk, roots: &Roots, scan: &Scan) {
        let is_here = |source| matches!(walk.files_of(source), Some(Files::Here { .. }));
        for built in walk.units.iter().filter(|b| is_here(&b.definition.source)) {
            match built.unit.path.contains("${") {
                true => self.add_pattern(&built.unit.path, roots, scan),
                false => self.add_folder(&built.unit.path, roots, scan),
            }
        }
    }

    /// Adds all folders that a path may mean whose variables are not known.
    fn add_pattern(&mut self, path: &str, roots: &Roots, scan: &Scan) {
        let parts: Vec<String> = path.split('/').map(any_value).collect();
        for folder in scan.folders.keys() {
            let names: Vec<&str> = folder.split('/').collect();
            let fits = names.len() == parts.len()
                && names.iter().zip(&parts).all(|(name, part)| path_match(part, name));
            if fits {
                add_inputs(&mut self.guessed, folder, roots, scan);
            }
        }
    }

    /// Adds what a folder's build reads.
    pub(crate) fn add_folder(&mut self, folder: &str, roots: &Roots, scan: &Scan) {
        add_inputs(&mut self.built, folder, roots, scan);
    }

    /// The folders and files that are built.
    pub(crate) fn built(&self) -> &BTreeSet<SmolStr> {
        &self.built
    }

    /// Whether a folder or file is, or may be, reached itself.
    pub(crate) fn contains(&self, path: &str) -> bool {
        self.built.contains(path) || self.guessed.contains(path)
    }

    /// Whether it stands in or below a folder that is, or may be, reached.
    pub(crate) fn covers(&self, path: &str) -> bool {
        let mut path = path;
        while !path.is_empty() {
            if self.contains(path) {
                return true;
            }
            path = crate::files::parent(path);
        }
        false
    }
}

/// Adds the folders and files that the build of a folder reads.
fn add_inputs(inputs: &mut BTreeSet<SmolStr>, folder: &str, roots: &Roots, scan: &Scan) {
    if roots.contains(folder) || inputs.contains(folder) {
        return roots.closure(folder, inputs);
    }
    // Without a kustomization file all below is built.
    for (path, _) in scan.folders.range(SmolStr::new(folder)..) {
        if is_within(path, folder) {
            roots.closure(path, inputs);
        } else if !path.starts_with(folder) {
            break;
        }
    }
    inputs.extend(scan.below(folder).iter().cloned());
}

/// A part of a path with `*` for each expression.
fn any_value(part: &str) -> String {
    let mut out = String::new();
    let mut rest = part;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        out.push('*');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    out + rest
}

/// The line to blame for an entry that nothing in the repository declares: the start of its first file.
pub(crate) fn anchor(world: &World, scan: &Scan, folder: &str) -> Option<Span> {
    let first = scan.below(folder).first()?;
    let file = crate::files::load(world.sources, world.tree.as_ref(), first).ok()?;
    Some(Span::new(file.id, 0, 0))
}
