//! One Application as a unit.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_api::argocd::{Application, Source as View, Tool};
use gitops_model::{
    ApplyMode, Controller, Deployed, ObjectKey, Problem, ProblemKind, Release, Resource, Source,
    SourceRef, Tracks, Tree, Unchecked, Unit, UnitId,
};
use gitops_schema::kustomize_cluster_scoped;
use gitops_yaml::{ContentId, Entry, Node, Origin, SmolStr};

use super::environment::Environment;
use super::made::{Failed, Gap, Installed, Made};
use super::source::render;
use super::value_files::Shelf;
use crate::flux::Included;
use crate::source::Addresses;
use crate::{SourceTree, World};

/// An Application and what it gives.
#[derive(Clone)]
pub(crate) struct Built {
    pub(crate) unit: Unit,
    pub(crate) sources: Vec<Source>,
    pub(crate) releases: Vec<Release>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) unchecked: Vec<Unchecked>,
}

/// The trees of the sources of an Application that have a name.
type Named = BTreeMap<SmolStr, Arc<dyn Tree>>;

/// Where an Application stands.
pub(super) struct Place<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) here: &'a Addresses,
    /// The namespace of Argo CD.
    pub(super) control_plane: &'a str,
    /// The namespace that the Application has, or gets from its parent.
    pub(super) namespace: &'a str,
    pub(super) hub: &'a str,
    /// The cluster that it deploys to.
    pub(super) cluster: &'a str,
    /// Whether what leads nowhere is left unbuilt.
    pub(super) defer: bool,
}

/// The files of a source: a tree and a folder in it, where its paths start.
enum Files {
    Here(Arc<dyn Tree>, Source),
    Gap(String, Source),
    Broken(Problem, Source),
}

impl Place<'_> {
    /// Renders an Application.
    pub(super) fn build(&self, object: &Arc<Resource>) -> Option<Built> {
        let application = Application::of(object)?;
        let id = UnitId {
            kind: "Application".into(),
            namespace: self.namespace.into(),
            name: object.key.name.clone(),
        };
        let mut made = Made::default();
        let (mut problems, mut unchecked, mut sources) = (Vec::new(), Vec::new(), Vec::new());
        let mut releases = Vec::new();
        let release = |Installed { chart, values }| {
            let (object, unit) = (object.clone(), id.clone());
            Release { object, unit, chart, values }
        };
        let mut inputs = String::new();
        let mut failed = false;
        let named = self.named(application, &id);
        for view in application.sources() {
            let (source, part) = self.source(application, view, &id, &named);
            sources.push(source);
            match part {
                Ok(part) => {
                    releases.extend(part.charts.into_iter().map(release));
                    if let Some(id) = part.inputs {
                        inputs.push_str(&format!("{id:?}\n"));
                        made.inputs = part.inputs;
                    }
                    made.resources.extend(part.resources);
                    made.gaps.extend(part.gaps);
                    problems.extend(part.warnings.into_iter().map(|p| p.of(id.to_string())));
                }
                Err(part) => {
                    failed = true;
                    releases.extend(part.charts.into_iter().map(release));
                    made.gaps.extend(part.gaps);
                    problems.extend(part.problems.into_iter().map(|p| p.of(id.to_string())));
                }
            }
        }
        let declared = object.body.span();
        if application.sources().is_empty() {
            made.gaps.push(Gap::new(no_source(application), declared));
        }
        let what = id.to_string();
        unchecked.extend(made.gaps.into_iter().map(|gap| gap.unchecked(&what, declared)));
        let namespace = application.destination().namespace.unwrap_or_default();
        inputs.push_str(namespace);
        let resources = if failed { Vec::new() } else { placed(made.resources, application) };
        let automated = application.automated();
        let unit = Unit {
            hub: Some(self.hub.into()),
            controller: Controller::ArgoCd,
            declared: Some(object.body.span()),
            source: sources.iter().find(|s| s.here).or(sources.first()).map(|s| s.object.clone()),
            path: application.sources().iter().find_map(View::path).unwrap_or_default().into(),
            mode: application.apply_mode(),
            prune: automated.is_some_and(|a| a.prune),
            force: application.forces() && application.apply_mode() != ApplyMode::ServerSide,
            suspended: application.is_suspended(),
            // Its own sync waits between waves; its parent does not wait for it.
            waits: false,
            depends_on: Vec::new(),
            resources: Arc::new(resources),
            inputs: made.inputs.filter(|_| !failed).map(|_| ContentId::of(inputs.as_bytes())),
            object: Some(object.clone()),
            id,
        };
        Some(Built { unit, sources, releases, problems, unchecked })
    }

    fn source(
        &self,
        application: Application<'_>,
        view: View<'_>,
        id: &UnitId,
        named: &Named,
    ) -> (Source, Result<Made, Failed>) {
        match self.files(view, id) {
            Files::Gap(why, source) => {
                let gap = Gap::new(why, view.node().span());
                let mut made = Made { gaps: vec![gap], ..Made::default() };
                if view.chart().is_some() || view.options(Tool::Helm).is_some() {
                    let environment = &self.environment(application, view, &source);
                    let sources = self.world.sources;
                    let shelf = Shelf { sources, environment, own: None, named };
                    made.charts = vec![shelf.installed(view, &mut made.gaps)];
                }
                (source, Ok(made))
            }
            Files::Broken(problem, source) => (source, Err(problem.into())),
            // A source that only lends its files to others makes nothing.
            Files::Here(_, source) if view.reference().is_some() && view.path().is_none() => {
                (source, Ok(Made::default()))
            }
            Files::Here(tree, source) => {
                let environment = self.environment(application, view, &source);
                let tree = tree.as_ref();
                let is_one = !application.has_many_sources();
                let node = if is_one { view.normalized() } else { view.node().clone() };
                let view = View::of(&node);
                let made = render(self.world, tree, view, &environment, named, self.defer);
                (source, made)
            }
        }
    }

    /// The trees of the sources whose files others name.
    fn named(&self, application: Application<'_>, id: &UnitId) -> Named {
        let tree = |view: View<'_>| match self.files(view, id) {
            Files::Here(tree, _) => Some((view.reference()?.into(), tree)),
            Files::Gap(..) | Files::Broken(..) => None,
        };
        let named = application.sources().into_iter().filter(|v| v.reference().is_some());
        named.filter_map(tree).collect()
    }

    fn files(&self, view: View<'_>, id: &UnitId) -> Files {
        let url = view.repo_url();
        let head = self.world.target_branch.unwrap_or("HEAD");
        let mut source = Source {
            object: SourceRef {
                kind: id.kind.clone(),
                namespace: id.namespace.clone(),
                name: id.name.clone(),
            },
            tracks: view.tracks(head),
            revision: None,
            deployed: Deployed::Assumed,
            here: false,
            declared: Some(view.node().span()),
        };
        if let Some(chart) = view.chart() {
            source.tracks =
                Tracks::External(format!("{url} {chart} {}", view.target_revision()).into());
            return Files::Gap(
                format!("the chart `{chart}` of `{url}` is not in the repository"),
                source,
            );
        }
        if let Some(folder) = self.world.mapped(url) {
            let tree = self.world.memo.digested(self.world.tree);
            return Files::Here(Arc::new(Included::below(tree, &folder)), source);
        }
        if !self.here.contains(url) {
            source.tracks = Tracks::External(url.into());
            return Files::Gap(elsewhere(url), source);
        }
        source.here = true;
        match self.world.trees.tree(self.cluster, &source.object, Some(url), &source.tracks) {
            SourceTree::Here { tree, revision, deployed } => {
                (source.revision, source.deployed) = (revision, deployed);
                match tree.stray_links().first() {
                    None => Files::Here(self.world.memo.digested(&tree), source),
                    Some(link) => Files::Broken(stray(link, view), source),
                }
            }
            SourceTree::Elsewhere { why } => Files::Gap(why, source),
            SourceTree::Unresolved(mut problem) => {
                let asked = view.node().get("targetRevision").map(Node::span);
                problem.span = problem.span.or(asked).or(source.declared);
                Files::Broken(problem, source)
            }
        }
    }

    fn environment(
        &self,
        application: Application<'_>,
        view: View<'_>,
        source: &Source,
    ) -> Environment {
        let name = &application.object().key.name;
        Environment {
            name: if self.namespace == self.control_plane {
                name.clone()
            } else {
                format!("{}_{name}", self.namespace).into()
            },
            namespace: application.destination().namespace.unwrap_or_default().into(),
            project: application.project().into(),
            revision: source.revision.as_ref().map_or(SmolStr::default(), |r| r.0.clone()),
            repo_url: view.repo_url().into(),
            path: view.path().unwrap_or_default().into(),
            target_revision: view.target_revision().into(),
        }
    }
}

/// Why the files of an address are not at hand.
fn elsewhere(url: &str) -> String {
    match url {
        "" => "its source has no `repoURL`".to_owned(),
        url if url.contains("{{") => {
            format!("it reads `{url}`: the generators of its set have nothing to put in there")
        }
        url => format!(
            "it reads `{url}`, which is not this repository; if it is, name it under `repoAliases`, else map it to a \
             folder with `repoMap`"
        ),
    }
}

/// A link out of the repository, wherever it stands, keeps Argo CD from rendering any of it.
fn stray(link: &str, view: View<'_>) -> Problem {
    let message = format!("the symbolic link `{link}` is absolute or leads out of the repository");
    Problem::new(ProblemKind::Discovery, message, Some(view.node().span())).help(
        "Argo CD renders nothing of a repository with such a link: make it relative, or remove it",
    )
}

/// Why an Application without sources of its own gives nothing.
fn no_source(application: Application<'_>) -> String {
    match application.hydrated() {
        Some((branch, path)) => {
            format!(
                "its source hydrator deploys `{path}` of the branch `{branch}`, which is not followed"
            )
        }
        None => "it has no source".to_owned(),
    }
}

/// The objects as they reach the cluster: with the destination's namespace where they name none, and of two
/// with one identity the last.
fn placed(resources: Vec<Arc<Resource>>, application: Application<'_>) -> Vec<Arc<Resource>> {
    let namespace = application.destination().namespace.unwrap_or_default();
    let span = application.namespace_span();
    let mut kept: BTreeMap<ObjectKey, usize> = BTreeMap::new();
    let mut placed: Vec<Option<Arc<Resource>>> = Vec::new();
    for resource in resources {
        let needs_one = resource.key.namespace.is_empty()
            && !namespace.is_empty()
            && !kustomize_cluster_scoped(&resource.gvk.api_version(), &resource.gvk.kind, true);
        let resource = match span.filter(|_| needs_one) {
            Some(span) => Arc::new(moved(&resource, namespace, Origin::new(span))),
            None => resource,
        };
        let is_named = resource.at(&["metadata", "name"]).is_some();
        if let Some(old) = kept.get(&resource.key).copied().filter(|_| is_named) {
            placed[old] = None;
        }
        kept.insert(resource.key.clone(), placed.len());
        placed.push(Some(resource));
    }
    placed.into_iter().flatten().collect()
}

fn moved(resource: &Resource, namespace: &str, origin: Origin) -> Resource {
    let mut moved = resource.clone();
    moved.key.namespace = namespace.into();
    let span = origin.span;
    if let Some(metadata) = moved.body.get_mut("metadata") {
        metadata.set(Entry::new("namespace", span, Node::string(namespace, origin)));
    }
    moved
}
