//! Follows one entry point: from its Kustomization to the Kustomizations among the objects that it
//! applies, and so on.

use std::collections::BTreeSet;
use std::sync::Arc;

use gitops_api::flux::{
    ArtifactGenerator, InputProvider, ResourceSet, Source as SourceView, VariableSource,
};
use gitops_model::{ObjectKey, Resource, SourceRef, UnitId};
use gitops_yaml::SmolStr;
use rayon::prelude::*;

use super::build::{Builder, Built};
use super::definition::Definition;
use super::followed::{Files, Followed, Met};
use super::sources::Resolver;
use super::variables::Objects;

/// How often a cluster is walked until the objects that its Kustomizations read are those that they
/// apply. Each further walk builds only what reads something that changed.
const MAX_WALKS: usize = 6;

/// How often a Kustomization that applies itself is built until it applies what it is.
const MAX_SELF_BUILDS: usize = 4;

/// How many Kustomizations may stand in a row, each applied by the one before.
const MAX_DEPTH: usize = 64;

/// All that one entry point leads to.
#[derive(Clone, Default)]
pub(crate) struct Walk {
    /// Its Kustomizations, in the order found.
    pub units: Arc<Vec<Built>>,
    /// Their sources.
    pub sources: Arc<Met>,
    /// Objects that others read: sources, ConfigMaps, Secrets.
    pub objects: Arc<Objects>,
    /// Whether it matters to it which addresses mean this repository.
    pub asks_for_addresses: bool,
}

impl Walk {
    /// The files of a source.
    pub(crate) fn files_of(&self, source: &SourceRef) -> Option<&Files> {
        self.sources.get(source).map(|f| &f.files)
    }

    /// Whether something that was built may read objects of what was left unbuilt.
    pub(crate) fn may_lack(&self) -> bool {
        let reads = |built: &Built| {
            let is_set = built.unit.id != built.definition.id();
            let view = built.definition.view().filter(|_| !built.deferred);
            let sources = view.map(|v| (v.namespace(), v.variable_sources()));
            let lacks = |(namespace, sources): (SmolStr, Vec<VariableSource>)| {
                let key = |s: &VariableSource| ObjectKey::new("", &s.kind, &namespace, &s.name);
                sources.iter().any(|s| !self.objects.contains_key(&key(s)))
            };
            is_set || sources.is_some_and(lacks)
        };
        self.defers() && self.units.iter().any(reads)
    }

    /// Whether something was left unbuilt.
    pub(crate) fn defers(&self) -> bool {
        self.units.iter().any(|b| b.deferred)
    }
}

/// What follows the Kustomizations of one cluster.
pub(crate) struct Walker<'w> {
    pub resolver: Resolver<'w>,
    pub builder: Builder<'w>,
}

impl Walker<'_> {
    /// Follows a Kustomization. `seeds` are objects of the cluster that no Kustomization may apply.
    pub(crate) fn walk(&self, root: &Definition, seeds: &[Arc<Resource>]) -> Walk {
        let seeds: Objects = seeds.iter().map(|o| (o.key.clone(), o.clone())).collect();
        let mut known = Arc::new(seeds.clone());
        let mut walk = Walk::default();
        for _ in 0..MAX_WALKS {
            walk = self.pass(root, &seeds, &known);
            if self.is_settled(&walk) && providers(&known).eq(providers(&walk.objects)) {
                break;
            }
            known = walk.objects.clone();
        }
        walk
    }

    /// Whether what was read on the way is what was found in the end.
    fn is_settled(&self, walk: &Walk) -> bool {
        let same_variables = |built: &Built| {
            let view = built.definition.view().filter(|_| built.unit.id == built.definition.id());
            view.is_none_or(|v| {
                v.variable_sources().is_empty()
                    || self.builder.variables(v, &walk.objects, &mut Vec::new()) == built.variables
            })
        };
        let same_source = |followed: &Followed| {
            let again = self.resolver.resolve(&followed.source.object, &walk.objects);
            again.source == followed.source
                && matches!(again.files, Files::Gap(_)) == matches!(followed.files, Files::Gap(_))
        };
        walk.units.iter().all(same_variables) && walk.sources.iter().all(same_source)
    }

    /// One walk, level by level. Objects found on the way count at once; `known` stands in for the rest.
    fn pass(&self, root: &Definition, seeds: &Objects, known: &Objects) -> Walk {
        let mut walk = Walk { objects: Arc::new(seeds.clone()), ..Walk::default() };
        let mut seen: BTreeSet<UnitId> = BTreeSet::from([root.id()]);
        let mut level = vec![root.clone()];
        for _ in 0..MAX_DEPTH {
            let mut objects = known.clone();
            objects.extend(walk.objects.iter().map(|(k, o)| (k.clone(), o.clone())));
            for definition in &level {
                let source = &definition.source;
                if walk.sources.get(source).is_none() {
                    let followed = self.resolver.resolve(source, &objects);
                    Arc::make_mut(&mut walk.sources).add(followed);
                }
            }
            let built = level
                .par_iter()
                .filter_map(|d| Some(self.build(d, walk.files_of(&d.source)?, &objects)));
            let built: Vec<Built> = built.collect();
            level = Vec::new();
            let local = built.iter().filter(|b| !is_remote(b));
            objects.extend(local.flat_map(read_by_others));
            for built in built.into_iter().flat_map(|b| self.with_resource_sets(b, &objects)) {
                // What is applied to another cluster is no business of this one's controllers.
                if !is_remote(&built) {
                    Arc::make_mut(&mut walk.objects).extend(read_by_others(&built));
                    let children = built.unit.resources.iter().filter_map(Definition::of);
                    level.extend(children.filter(|d| seen.insert(d.id())));
                }
                Arc::make_mut(&mut walk.units).push(built);
            }
            if level.is_empty() {
                break;
            }
        }
        // Walks are kept.
        Arc::make_mut(&mut walk.units).shrink_to_fit();
        walk
    }

    /// A unit, and the units of the ResourceSets that it applies, those within them too.
    fn with_resource_sets(&self, built: Built, objects: &Objects) -> Vec<Built> {
        let mut units = vec![built];
        let mut next = 0;
        while let Some(unit) = units.get(next).filter(|u| !is_remote(u) && next < MAX_DEPTH) {
            let sets = unit.unit.resources.iter().filter(|o| ResourceSet::of(o).is_some());
            let sets: Vec<Built> = sets
                .map(|set| Built::resource_set(self.builder.world.memo, unit, set, objects))
                .collect();
            units.extend(sets);
            next += 1;
        }
        units
    }

    /// Builds a Kustomization; one that applies itself is built as it applies itself.
    fn build(&self, definition: &Definition, files: &Files, objects: &Objects) -> Built {
        let mut built = self.builder.build(definition, files, objects);
        for _ in 1..MAX_SELF_BUILDS {
            let itself = built.unit.resources.iter().filter_map(Definition::of);
            let Some(itself) = itself.into_iter().find(|d| d.id() == built.unit.id) else { break };
            let same_spec = |a: &Resource, b: &Resource| match (a.at(&["spec"]), b.at(&["spec"])) {
                (Some(a), Some(b)) => a.same(b),
                (a, b) => a.is_none() && b.is_none(),
            };
            let old = built.definition.object.as_deref().zip(itself.object.as_deref());
            if old.is_some_and(|(old, new)| same_spec(old, new))
                || itself.source != definition.source
            {
                built.unit.object = itself.object.clone();
                break;
            }
            built = self.builder.build(&itself, files, objects);
        }
        built
    }
}

fn is_remote(built: &Built) -> bool {
    built.definition.view().is_some_and(|v| v.remote_cluster().is_some())
}

/// The objects of a unit that sources and variables are read from.
fn read_by_others(built: &Built) -> impl Iterator<Item = (ObjectKey, Arc<Resource>)> {
    let default = |object: &Arc<Resource>| {
        let mut key = object.key.clone();
        if key.namespace.is_empty() {
            key.namespace = SmolStr::new_static("default");
        }
        (key, object.clone())
    };
    built.unit.resources.iter().filter(|o| is_read_by_others(o)).map(default)
}

fn is_read_by_others(object: &Resource) -> bool {
    matches!((object.gvk.group.as_str(), object.gvk.kind.as_str()), ("", "ConfigMap" | "Secret"))
        || SourceView::of(object).is_some()
        || ArtifactGenerator::of(object).is_some()
        || InputProvider::of(object).is_some()
}

/// The objects that give ResourceSets their inputs.
fn providers(objects: &Objects) -> impl Iterator<Item = &Arc<Resource>> {
    objects.values().filter(|o| InputProvider::of(o).is_some())
}
