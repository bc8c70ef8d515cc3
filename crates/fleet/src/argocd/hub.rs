//! Follows one hub: from the objects of its entry to the Applications that they are or make, and to those
//! among what these render.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gitops_api::argocd::{AppProject, Application, ApplicationSet, IN_CLUSTER_NAME};
use gitops_model::{Problem, Resource, SourceRef, Tree, Unchecked};
use gitops_yaml::{Node, SmolStr, Span};
use rayon::prelude::*;

use super::application::{Built, Place};
use super::clusters::{KnownCluster, known, resolve};
use super::project;
use super::set::{self, Inputs, Stop};
use crate::source::Addresses;
use crate::{SourceTree, World};

/// How many Applications may stand in a row, each rendered by the one before.
const MAX_DEPTH: usize = 64;

/// How often a hub is walked until the cluster Secrets that its sets read are those that it applies.
const MAX_WALKS: usize = 3;

/// The objects of an entry point, and what its Argo CD is called.
#[derive(Debug, Clone)]
pub(crate) struct Hub {
    pub(crate) name: SmolStr,
    /// The name of the cluster that it runs in.
    pub(crate) own: SmolStr,
    /// The folder of the entry.
    pub(crate) path: SmolStr,
    /// The namespace of Argo CD.
    pub(crate) namespace: SmolStr,
    /// What is applied by hand to begin with.
    pub(crate) objects: Vec<Arc<Resource>>,
    /// What could not be rendered of that.
    pub(crate) unchecked: Vec<Unchecked>,
}

/// All that a hub leads to.
#[derive(Default)]
pub(crate) struct Walk {
    /// Its Applications, each with the name of the cluster that it deploys to.
    pub(crate) units: Vec<(SmolStr, Built)>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) unchecked: Vec<Unchecked>,
}

impl Hub {
    /// The name of a cluster that it deploys to, as far as this hub alone decides it.
    pub(crate) fn cluster_name(&self, known: &SmolStr) -> SmolStr {
        if known == IN_CLUSTER_NAME { self.own.clone() } else { known.clone() }
    }

    /// Whether units on a cluster are left unbuilt where they lead nowhere. Where several hubs deploy to
    /// clusters of one name, its own name stands in front.
    fn defers(&self, world: &World<'_>, known: &SmolStr) -> bool {
        let name = self.cluster_name(known);
        world.defers(&name) && world.defers(&format!("{}/{name}", self.name))
    }

    /// Follows the hub.
    pub(crate) fn walk(&self, world: &World<'_>, here: &Addresses) -> Walk {
        let mut secrets: Vec<Arc<Resource>> = self.objects.clone();
        let mut walk = Walk::default();
        for _ in 0..MAX_WALKS {
            let clusters = known(&world.config.argocd_clusters, secrets.iter().map(Arc::as_ref));
            walk = Walker { hub: self, world, here, clusters: &clusters }.walk();
            let rendered = walk.units.iter().flat_map(|(_, b)| b.unit.resources.iter());
            let all: Vec<_> = self.objects.iter().chain(rendered).cloned().collect();
            let again = known(&world.config.argocd_clusters, all.iter().map(Arc::as_ref));
            if again.iter().map(|c| &c.name).eq(clusters.iter().map(|c| &c.name)) {
                break;
            }
            secrets = all;
        }
        self.check_projects(&mut walk);
        walk
    }

    /// Holds each Application against its project, where the repository has that.
    fn check_projects(&self, walk: &mut Walk) {
        let rendered = walk.units.iter().flat_map(|(_, b)| b.unit.resources.iter());
        let objects: Vec<Arc<Resource>> = self.objects.iter().chain(rendered).cloned().collect();
        let projects: BTreeMap<&str, AppProject<'_>> = objects
            .iter()
            .filter_map(|o| Some((o.key.name.as_str(), AppProject::of(o)?)))
            .collect();
        for (_, built) in &mut walk.units {
            let Some(application) = built.unit.object.as_deref().and_then(Application::of) else {
                continue;
            };
            let root = built.unit.id.to_string();
            let project = projects.get(application.project());
            let denied = project.map(|p| project::denied(application, *p)).unwrap_or_default();
            built.problems.extend(denied.into_iter().map(|p| p.of(root.clone())));
        }
    }
}

struct Walker<'w> {
    hub: &'w Hub,
    world: &'w World<'w>,
    here: &'w Addresses,
    clusters: &'w [KnownCluster],
}

/// An object that Argo CD acts on, with the namespace that it has or gets.
type Pending = (SmolStr, Arc<Resource>);

impl Walker<'_> {
    fn walk(&self) -> Walk {
        let mut walk = Walk::default();
        let mut seen: BTreeSet<(SmolStr, SmolStr, SmolStr)> = BTreeSet::new();
        let mut level = pending(&self.hub.objects, &self.hub.namespace);
        for _ in 0..MAX_DEPTH {
            level.retain(|(ns, o)| {
                seen.insert((o.key.kind.clone(), ns.clone(), o.key.name.clone()))
            });
            if level.is_empty() {
                break;
            }
            let mut next = Vec::new();
            let mut applications = Vec::new();
            for (namespace, object) in level {
                match ApplicationSet::of(&object) {
                    Some(set) => next.extend(self.evaluate(set, &namespace, &mut walk)),
                    None => applications.push((namespace, object)),
                }
            }
            let built: Vec<_> =
                applications.par_iter().filter_map(|(ns, object)| self.build(ns, object)).collect();
            for (cluster, built) in built {
                let destination = built.unit.object.as_deref().and_then(Application::of);
                let namespace = destination.and_then(|a| a.destination().namespace);
                next.extend(pending(
                    &built.unit.resources,
                    namespace.unwrap_or(&self.hub.namespace),
                ));
                walk.units.push((cluster, built));
            }
            level = next;
        }
        walk
    }

    fn build(&self, namespace: &SmolStr, object: &Arc<Resource>) -> Option<(SmolStr, Built)> {
        let destination = Application::of(object)?.destination();
        let cluster = match resolve(destination, self.clusters) {
            Ok(cluster) => cluster.name.clone(),
            Err(_) => destination.name.or(destination.server).unwrap_or("unknown").into(),
        };
        let place = Place {
            world: self.world,
            here: self.here,
            control_plane: &self.hub.namespace,
            namespace,
            hub: &self.hub.name,
            cluster: &cluster,
            defer: self.hub.defers(self.world, &cluster),
        };
        let built = place.build(object)?;
        Some((cluster, built))
    }

    fn evaluate(
        &self,
        set: ApplicationSet<'_>,
        namespace: &SmolStr,
        walk: &mut Walk,
    ) -> Vec<Pending> {
        let id = SourceRef {
            kind: "ApplicationSet".into(),
            namespace: namespace.clone(),
            name: set.object().key.name.clone(),
        };
        let tree = |url: &str, revision: &str, span: Span| self.tree(&id, url, revision, span);
        let inputs = Inputs { clusters: self.clusters, tree: &tree, sources: self.world.sources };
        match set::evaluate(set, &inputs) {
            Ok(made) => {
                walk.problems.extend(made.problems.into_iter().map(|p| p.of(id.to_string())));
                made.applications.into_iter().map(|a| (namespace.clone(), Arc::new(a))).collect()
            }
            Err(Stop::Wrong(problem)) => {
                walk.problems.push(problem.of(id.to_string()));
                Vec::new()
            }
            Err(Stop::Unknown(why, span)) => {
                walk.unchecked.push(Unchecked::new(id.to_string(), why, Some(span)));
                Vec::new()
            }
        }
    }

    /// The files that a git generator reads.
    fn tree(
        &self,
        id: &SourceRef,
        url: &str,
        revision: &str,
        span: Span,
    ) -> Result<Arc<dyn Tree>, Stop> {
        if !self.here.contains(url) {
            let why = format!(
                "its git generator reads `{url}`, which is not this repository; if it is, name it under `repoAliases`"
            );
            return Err(Stop::Unknown(why, span));
        }
        let origin = gitops_yaml::Origin::new(span);
        let revision = Node::string(revision, origin.clone());
        let entry = gitops_yaml::Entry::new("targetRevision", span, revision);
        let node = Node::map(vec![entry], origin);
        let head = self.world.target_branch.unwrap_or("HEAD");
        let tracks = gitops_api::argocd::Source::of(&node).tracks(head);
        match self.world.trees.tree(&self.hub.name, id, Some(url), &tracks) {
            SourceTree::Here { tree, .. } => Ok(tree),
            SourceTree::Elsewhere { why } => Err(Stop::Unknown(why, span)),
            SourceTree::Unresolved(mut problem) => {
                problem.span = problem.span.or(Some(span));
                Err(Stop::Wrong(Box::new(problem)))
            }
        }
    }
}

/// The Applications and ApplicationSets among objects. One without a namespace gets `namespace`.
fn pending(objects: &[Arc<Resource>], namespace: &str) -> Vec<Pending> {
    let is_argo =
        |o: &&Arc<Resource>| Application::of(o).is_some() || ApplicationSet::of(o).is_some();
    let placed = |object: &Arc<Resource>| {
        let own = &object.key.namespace;
        let namespace = if own.is_empty() { namespace.into() } else { own.clone() };
        (namespace, object.clone())
    };
    objects.iter().filter(is_argo).map(placed).collect()
}

/// The namespace that most of these objects have; `argocd` where none has one.
pub(super) fn control_plane(objects: &[Arc<Resource>]) -> SmolStr {
    let mut count: BTreeMap<&SmolStr, usize> = BTreeMap::new();
    for (_, object) in &pending(objects, "") {
        let object = objects.iter().find(|o| Arc::ptr_eq(o, object));
        if let Some(namespace) = object.map(|o| &o.key.namespace).filter(|n| !n.is_empty()) {
            *count.entry(namespace).or_default() += 1;
        }
    }
    let most = count.into_iter().rev().max_by_key(|(_, n)| *n);
    most.map_or_else(|| "argocd".into(), |(namespace, _)| namespace.clone())
}
