//! From a Flux Kustomization to the objects that it applies: build, substitution, common metadata.

use std::sync::Arc;

use gitops_api::flux::{Kustomization, ResourceSet};
use gitops_config::FluxVersion;
use gitops_kustomize::{Context, LoadRestrictor, Options, Release, Remote};
use gitops_model::{EntryKind, Problem, ProblemKind, Resource, Tree, Unchecked, Unit, UnitId};
use gitops_yaml::{ContentId, Entry, Node};

use super::definition::Definition;
use super::followed::Files;
use super::generate::{Plan, plan};
use super::resource_set::{self, Made};
use super::substitute::{collapsing, once_each, substitute};
use super::variables::{Objects, Variable, Variables, refused_name};
use crate::World;
use crate::closure::{closure, node_leads_on, outside};
use crate::files::clamped;
use crate::folder::unknown;
use crate::memo::{Memo, Substituted};

/// A Kustomization followed.
#[derive(Clone)]
pub(crate) struct Built {
    pub definition: Definition,
    pub unit: Unit,
    /// The variables that went into it.
    pub variables: Variables,
    pub problems: Vec<Problem>,
    pub unchecked: Vec<Unchecked>,
    /// Whether it was left unbuilt, because it leads nowhere.
    pub deferred: bool,
}

impl Built {
    /// What a ResourceSet among the objects of a unit makes.
    pub(crate) fn resource_set(
        memo: &Memo,
        of: &Self,
        set: &Arc<Resource>,
        cluster: &Objects,
    ) -> Self {
        let id = UnitId {
            kind: "ResourceSet".into(),
            namespace: set.key.namespace.clone(),
            name: set.key.name.clone(),
        };
        let declared = Some(set.body.span());
        let mut unit = Unit {
            id,
            declared,
            object: Some(set.clone()),
            prune: true,
            force: false,
            suspended: false,
            depends_on: Vec::new(),
            resources: Arc::default(),
            inputs: None,
            ..of.unit.clone()
        };
        let (mut problems, mut unchecked) = (Vec::new(), Vec::new());
        match ResourceSet::of(set).map(|set| resource_set::expand(set, cluster)) {
            Some(Ok(Made::Objects(objects))) => {
                let bodies: Vec<_> = objects.iter().map(|o| &o.body).collect();
                let id = ContentId::of_values(&(&set.body, bodies));
                unit.resources = memo.kept(id, Arc::new(objects));
                unit.inputs = Some(id);
            }
            Some(Ok(Made::Unknown(why))) => {
                unchecked.push(Unchecked::new(set.key.to_string(), why, declared));
            }
            Some(Err(problem)) => problems.push(problem.of(unit.id.to_string())),
            None => {}
        }
        let (definition, variables) = (of.definition.clone(), Variables::default());
        Self { definition, unit, variables, problems, unchecked, deferred: false }
    }
}

/// The first release whose controller refuses variables that are nowhere set.
const STRICT_SINCE: FluxVersion = FluxVersion { major: 2, minor: 9 };

/// Builds Kustomizations of one cluster.
pub(crate) struct Builder<'w> {
    pub world: &'w World<'w>,
    /// Variables that the configuration gives to the cluster.
    pub configured: Vec<(gitops_yaml::SmolStr, Variable)>,
    /// The release of Flux that the cluster runs; the newest where it is not known.
    pub version: Option<FluxVersion>,
    /// Whether what leads nowhere is left unbuilt.
    pub defer: bool,
}

impl Builder<'_> {
    /// Builds one Kustomization from the files of its source.
    pub(crate) fn build(&self, definition: &Definition, files: &Files, objects: &Objects) -> Built {
        let mut built = Built {
            definition: definition.clone(),
            unit: definition.unit(&clamped("", &definition.path)),
            variables: Variables::default(),
            problems: Vec::new(),
            unchecked: Vec::new(),
            deferred: false,
        };
        if let Some(view) = definition.view() {
            built.variables = self.variables(view, objects, &mut built.unchecked);
        }
        if let Err(problems) = self.fill(&mut built, files) {
            built.problems.extend(problems);
        }
        let name = built.unit.id.to_string();
        built.problems.iter_mut().for_each(|p| p.root = Some(name.as_str().into()));
        built
    }

    /// The variables of a Kustomization.
    pub(crate) fn variables(
        &self,
        view: Kustomization,
        objects: &Objects,
        gaps: &mut Vec<Unchecked>,
    ) -> Variables {
        Variables::of(view, objects, self.configured.iter().cloned(), gaps)
    }

    fn fill(&self, built: &mut Built, files: &Files) -> Result<(), Vec<Problem>> {
        let definition = built.definition.clone();
        let (tree, base) = match files {
            Files::Here { tree, base } => (tree, base),
            Files::Gap(why) => {
                let (what, span) = (built.unit.id.to_string(), Some(definition.anchor));
                built.unchecked.push(Unchecked::new(what, why, span));
                return Ok(());
            }
            Files::Broken(problem) => return Err(vec![problem.clone()]),
        };
        let root = clamped(base, &definition.path);
        built.unit.path = tree.written_at(&root);
        if tree.kind(&root) != Some(EntryKind::Directory) {
            if !definition.path.contains("${") {
                return Err(vec![no_folder(&definition)]);
            }
            built.unchecked.push(unknown_folder(&definition));
            return Ok(());
        }
        let view = definition.view();
        if let Some(closure) = self.closure(tree.as_ref(), &root, view) {
            let inputs = (closure, &built.variables, self.strict());
            built.unit.inputs = Some(ContentId::of_values(&inputs));
            built.deferred = true;
            return Ok(());
        }
        let plan = plan(self.world.sources, tree.as_ref(), &root, view, definition.anchor);
        let kustomization = match plan.map_err(|p| vec![p])? {
            Plan::Build(node) => node,
            Plan::Nothing => {
                built.unit.inputs = Some(ContentId::of(b"no manifests"));
                return Ok(());
            }
        };
        let World { sources, memo, config, .. } = *self.world;
        let cx = Context { tree: tree.as_ref(), sources, memo: &memo.kustomize };
        let options = Options {
            release: Release::V5_8_1,
            load_restrictor: LoadRestrictor::None,
            remote: Remote::LeaveOut,
            // kustomize-controller runs no programs.
            leave_out_programs: false,
            repo_map: config.repo_map.clone(),
        };
        let rendered = gitops_kustomize::build_with(&cx, &root, &kustomization, &options);
        let rendered = rendered.map_err(|failure| {
            built.unchecked.extend(unknown(&failure, tree.as_ref(), &root));
            failure.problems.clone()
        })?;
        built.problems.extend(rendered.problems.iter().cloned());
        built.unchecked.extend(rendered.unchecked.iter().cloned());

        let metadata = view.and_then(|v| v.spec(&["commonMetadata"]));
        let id = ContentId::of_values(&(rendered.inputs, &built.variables, metadata));
        let finish = || finish(&rendered.resources, &built.variables, self.strict(), metadata);
        built.unit.resources =
            memo.substituted(id, finish).map_err(|problems| problems.to_vec())?;
        built.unit.inputs = Some(id);
        if built.variables.apply() {
            built.problems.extend(rendered.resources.iter().flat_map(|o| collapsing(o)));
        }
        Ok(())
    }

    /// The hash of all that a build can read, if the build can wait.
    fn closure(
        &self,
        tree: &dyn Tree,
        root: &str,
        view: Option<Kustomization>,
    ) -> Option<ContentId> {
        let spec = |field| view.and_then(|v| v.spec(&[field]));
        if !self.defer || spec("patches").is_some_and(node_leads_on) {
            return None;
        }
        let mut starts = vec![root.to_owned()];
        starts.extend(spec("components").into_iter().flat_map(|c| outside(c, root)));
        closure(self.world, tree, starts)
    }

    fn strict(&self) -> bool {
        self.version.is_none_or(|version| version >= STRICT_SINCE)
    }
}

fn no_folder(definition: &Definition) -> Problem {
    let message =
        format!("the folder `{}` does not exist in {}", definition.path, definition.source);
    let help = "correct `spec.path`; until then nothing is applied and nothing is deleted";
    Problem::new(ProblemKind::Discovery, message, Some(definition.anchor)).help(help)
}

fn unknown_folder(definition: &Definition) -> Unchecked {
    let why = format!(
        "its path `{}` has variables that are not known; give them under `clusters` in the configuration",
        definition.path
    );
    Unchecked::new(definition.id().to_string(), why, Some(definition.anchor))
}

/// What happens to the objects after kustomize.
fn finish(
    rendered: &[Arc<Resource>],
    variables: &Variables,
    strict: bool,
    metadata: Option<&Node>,
) -> Substituted {
    let mut objects = rendered.to_vec();
    if variables.apply() {
        if let Some((name, span)) = variables.invalid_name() {
            return Err(Arc::new(vec![refused_name(name, span)]));
        }
        let mut problems = Vec::new();
        for object in &mut objects {
            match substitute(object, variables, strict) {
                Ok(new) => *object = new,
                Err(more) => problems.extend(more),
            }
        }
        if !problems.is_empty() {
            return Err(Arc::new(once_each(problems)));
        }
    }
    if let Some(metadata) = metadata {
        objects.iter_mut().for_each(|object| add_metadata(object, metadata));
    }
    Ok(Arc::new(objects))
}

/// Sets `commonMetadata`: on the object alone, never in templates or selectors.
fn add_metadata(object: &mut Arc<Resource>, common: &Node) {
    let object = Arc::make_mut(object);
    let Some(metadata) = object.body.get_mut("metadata") else { return };
    for field in ["labels", "annotations"] {
        let Some(added) = common.get(field).filter(|a| !a.entries().is_empty()) else { continue };
        if metadata.get(field).is_none_or(|f| f.as_map().is_none()) {
            let empty = Node::map(Vec::new(), added.origin.clone());
            metadata.set(Entry::new(field, added.span(), empty));
        }
        let Some(map) = metadata.get_mut(field) else { continue };
        for entry in added.entries() {
            let mut entry = entry.clone();
            if let Some(old) = map.get(&entry.key) {
                entry.value.origin = entry.value.origin.on_top_of("commonMetadata", &old.origin);
            }
            map.set(entry);
        }
    }
}
