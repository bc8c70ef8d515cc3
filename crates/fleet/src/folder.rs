//! Clusters that no controller in the repository follows: kustomization roots that nothing uses, and plain
//! folders.

use std::sync::Arc;

use gitops_kustomize::{Context, Failure, LoadRestrictor, Options, Remote, Rendered};
use gitops_model::{
    ApplyMode, Cluster, ClusterState, Controller, Problem, Resource, Tree, Unchecked, Unit, UnitId,
};
use gitops_yaml::{ContentId, SmolStr};
use rayon::prelude::*;

use crate::closure::closure;
use crate::files::{contents, load};
use crate::names::environment;
use crate::reading::as_kubectl_reads;
use crate::scan::Scan;
use crate::{World, charts};

/// The name of a folder that is one cluster.
const DEFAULT: &str = "default";

/// A kustomization root as a cluster of its own.
pub(crate) fn root(world: &World, path: &SmolStr) -> ClusterState {
    let World { tree, memo, .. } = *world;
    let closure = || closure(world, memo.digested(tree).as_ref(), vec![path.to_string()]);
    if let Some(inputs) = world.defers(&name(world, path)).then(closure).flatten() {
        let unit = Unit { inputs: Some(inputs), ..unit(path) };
        return state(world, path.clone(), unit, Vec::new(), Vec::new());
    }
    let mut unit = unit(path);
    let (problems, unchecked) = match rendered(world, path) {
        Ok(rendered) => {
            unit.resources = Arc::new(rendered.resources.clone());
            unit.inputs = Some(rendered.inputs);
            (rendered.problems.clone(), rendered.unchecked.clone())
        }
        // What only a flag or a plugin renders is unknown here, not broken.
        Err(failure) if !failure.unchecked.is_empty() => {
            (Vec::new(), unknown(&failure, tree.as_ref(), path))
        }
        Err(failure) => (failure.problems.clone(), Vec::new()),
    };
    state(world, path.clone(), unit, problems, unchecked)
}

/// The configured name of a folder's cluster, else its path.
pub(crate) fn name(world: &World, path: &SmolStr) -> SmolStr {
    let name = if path.is_empty() { DEFAULT.into() } else { path.clone() };
    world.config.cluster(&name, path).map_or(name, |c| c.name.value.clone())
}

/// What a root renders that nothing declares.
pub(crate) fn rendered(world: &World, path: &str) -> Result<Arc<Rendered>, Arc<Failure>> {
    let World { tree, sources, memo, config, .. } = *world;
    let cx = Context { tree: tree.as_ref(), sources, memo: &memo.kustomize };
    let options = Options {
        load_restrictor: LoadRestrictor::None,
        remote: Remote::LeaveOut,
        leave_out_programs: true,
        repo_map: config.repo_map.clone(),
        ..Options::default()
    };
    gitops_kustomize::build(&cx, path, &options)
}

/// What is not known of a root that does not render: it is made of all files of its folder.
pub(crate) fn unknown(failure: &Failure, tree: &dyn Tree, root: &str) -> Vec<Unchecked> {
    let mut gaps = failure.unchecked.clone();
    if let [first, rest @ ..] = gaps.as_mut_slice() {
        first.files = contents(tree, root);
        rest.iter_mut().for_each(|gap| gap.files.clone_from(&first.files));
    }
    gaps
}

/// All manifests of a folder as one cluster. Files that hold no Kubernetes object are passed over.
pub(crate) fn plain(world: &World, scan: &Scan) -> ClusterState {
    let tree = world.tree.as_ref();
    let read = |path: &SmolStr| {
        let file = load(world.sources, tree, path).ok()?;
        let objects: Vec<Arc<Resource>> = file
            .documents
            .iter()
            .filter(|d| d.get("apiVersion").is_some())
            .filter_map(|d| Resource::new(as_kubectl_reads(d, &file)))
            .map(Arc::new)
            .collect();
        let is_meant = !objects.is_empty() || is_manifest(&world.sources.file(file.id).text);
        let problems = file.errors.iter().filter(|_| is_meant).map(Problem::from);
        Some((tree.content_id(path).ok()?, objects, problems.collect::<Vec<_>>()))
    };
    let read: Vec<_> = scan.paths.par_iter().filter_map(read).collect();
    let mut unit = unit("");
    let mut inputs = String::new();
    let (mut resources, mut problems) = (Vec::new(), Vec::new());
    for (path, (content, objects, wrong)) in scan.paths.iter().zip(read) {
        inputs.push_str(&format!("{path} {content:?}\n"));
        resources.extend(objects);
        problems.extend(wrong);
    }
    let id = ContentId::of(inputs.as_bytes());
    unit.resources = world.memo.kept(id, Arc::new(resources));
    unit.inputs = Some(id);
    state(world, SmolStr::default(), unit, problems, Vec::new())
}

/// Whether a text of which nothing can be read was meant to be a manifest. A template of a chart is none.
fn is_manifest(text: &str) -> bool {
    text.contains("apiVersion:") && !text.contains("{{")
}

/// A folder that no controller declares, with nothing in it yet.
pub(crate) fn unit(path: &str) -> Unit {
    let name = if path.is_empty() { "." } else { path };
    Unit {
        id: UnitId {
            kind: UnitId::FOLDER.into(),
            namespace: SmolStr::default(),
            name: name.into(),
        },
        hub: None,
        controller: Controller::None,
        declared: None,
        source: None,
        path: path.into(),
        mode: ApplyMode::ServerSide,
        prune: true,
        force: false,
        suspended: false,
        waits: false,
        depends_on: Vec::new(),
        resources: Arc::default(),
        inputs: None,
        object: None,
    }
}

fn state(
    world: &World,
    path: SmolStr,
    unit: Unit,
    problems: Vec<Problem>,
    mut unchecked: Vec<Unchecked>,
) -> ClusterState {
    let name = name(world, &path);
    let configured = world.config.cluster(&name, &path);
    let cluster = Cluster {
        name,
        environment: configured
            .and_then(|c| c.environment.clone())
            .unwrap_or_else(|| environment("", &path)),
        version: configured.and_then(|c| c.kubernetes_version),
        path,
        reached: false,
    };
    let tree = world.memo.digested(world.tree);
    let mut releases = charts::of_unit(world.sources, tree.as_ref(), &unit, &mut unchecked);
    let units = vec![unit];
    let given = |_: &_| Some((tree.clone(), SmolStr::default()));
    let (more, gaps) = charts::releases(world.sources, &units, &given);
    releases.extend(more);
    unchecked.extend(gaps);
    ClusterState { cluster, sources: Vec::new(), units, releases, problems, unchecked }
}
