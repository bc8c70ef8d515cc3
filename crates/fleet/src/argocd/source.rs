//! One source of an Application: which tool makes its objects, and what it makes.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_api::argocd::{Source, Tool};
use gitops_kustomize::{Context, LoadRestrictor, Options, Release, Remote};
use gitops_model::{EntryKind, Problem, ProblemKind, Resource, Tree, Unchecked};
use gitops_yaml::{ContentId, Entry, Node, SmolStr, Span};

use super::edit::{Editing, edited};
use super::environment::Environment;
use super::made::{Failed, Gap, Installed, Made};
use super::value_files::Shelf;
use super::{directory, jsonnet, overrides};
use crate::World;
use crate::charts::inflated;
use crate::closure::{closure, node_leads_on, outside};
use crate::files::{clamped, contents, join, load};
use crate::folder::unknown;

/// Renders a source of this repository.
pub(super) fn render(
    world: &World<'_>,
    tree: &dyn Tree,
    source: Source<'_>,
    environment: &Environment,
    named: &BTreeMap<SmolStr, Arc<dyn Tree>>,
    defer: bool,
) -> Result<Made, Failed> {
    let span = source.node().get("path").map_or(source.node().span(), Node::span);
    let folder = folder(tree, source.path().unwrap_or_default(), span)?;
    let merged = overrides::merged(source, &folder, &environment.name, tree, world.sources)?;
    let source = Source::of(&merged);
    let tool = tool(source, tree, &folder)?;
    if defer && let Some(closure) = deferred(world, tree, source, tool, &folder) {
        return Ok(Made { inputs: Some(closure), ..Made::default() });
    }
    match tool {
        Tool::Kustomize => kustomize(world, tree, source, &folder, environment),
        Tool::Directory => plain(world, tree, source, &folder),
        Tool::Helm => {
            let gap = Gap::new("the chart is not rendered, only its values are compared", span);
            let mut made = Made { gaps: vec![gap], ..Made::default() };
            let (sources, own) = (world.sources, Some((tree, folder.as_str())));
            let shelf = Shelf { sources, environment, own, named };
            made.charts = vec![shelf.installed(source, &mut made.gaps)];
            Ok(made)
        }
        Tool::Plugin => {
            let gap = Gap::new("a config management plugin makes its objects", span);
            Ok(Made { gaps: vec![gap.of(contents(tree, &folder))], ..Made::default() })
        }
    }
}

/// The hash of all that a build can read, if the build can wait.
fn deferred(
    world: &World<'_>,
    tree: &dyn Tree,
    source: Source<'_>,
    tool: Tool,
    folder: &str,
) -> Option<ContentId> {
    let mut starts = vec![folder.to_owned()];
    match (tool, source.options(tool)) {
        (Tool::Kustomize | Tool::Directory, None) => {}
        // What the commit is called may be put in where there is a `$`.
        (Tool::Kustomize, Some(options)) if node_leads_on(options) || has_dollar(options) => {
            return None;
        }
        (Tool::Kustomize | Tool::Directory, Some(options)) => {
            starts.extend(outside(options, folder));
        }
        (Tool::Helm | Tool::Plugin, _) => return None,
    }
    closure(world, tree, starts)
}

fn has_dollar(node: &Node) -> bool {
    let mut found = false;
    node.walk(&mut |n| found |= n.text().is_some_and(|t| t.contains('$')));
    found
}

/// The folder of a path; it must be one, inside of the repository.
fn folder(tree: &dyn Tree, path: &str, span: Span) -> Result<String, Problem> {
    let wrong = |why: &str| {
        let message = format!("the path `{path}` {why}");
        Err(Problem::new(ProblemKind::Discovery, message, Some(span)))
    };
    if path.is_empty() {
        return wrong("of this source is empty");
    }
    if path.starts_with('/') {
        return wrong("is absolute; Argo CD takes paths relative to the repository");
    }
    let depth = path.split('/').try_fold(0i32, |depth, part| match part {
        "" | "." => Some(depth),
        ".." => (depth > 0).then_some(depth - 1),
        _ => Some(depth + 1),
    });
    if depth.is_none() {
        return wrong("leads out of the repository");
    }
    let folder = clamped("", path);
    match tree.kind(&folder) {
        _ if folder.is_empty() => Ok(folder),
        Some(EntryKind::Directory) => Ok(folder),
        Some(EntryKind::File) => wrong("is a file; Argo CD takes folders"),
        None => wrong("does not exist"),
    }
}

/// The tool whose options are given, else the one that the folder's files ask for.
fn tool(source: Source<'_>, tree: &dyn Tree, folder: &str) -> Result<Tool, Problem> {
    let given = source.tools();
    if let [first, second, ..] = given.as_slice() {
        let message = format!(
            "a source has the options of one tool, not of `{}` and `{}`",
            first.field(),
            second.field()
        );
        // What is laid over the source stands in another file.
        let own = source.node().span();
        let mut spans = given.iter().filter_map(|t| Some(source.node().get(t.field())?.span()));
        let span = spans.find(|span| span.file != own.file).unwrap_or(own);
        return Err(Problem::new(ProblemKind::Render, message, Some(span)));
    }
    if let Some(tool) = given.first() {
        return Ok(*tool);
    }
    let mut tool = Tool::Directory;
    for (name, kind) in tree.list(folder) {
        match kind {
            EntryKind::Directory => {}
            EntryKind::File if is_kustomization(&name) => tool = Tool::Kustomize,
            EntryKind::File if name.ends_with("Chart.yaml") => tool = Tool::Helm,
            EntryKind::File => {}
        }
    }
    Ok(tool)
}

fn is_kustomization(name: &str) -> bool {
    matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization")
}

fn kustomize(
    world: &World<'_>,
    tree: &dyn Tree,
    source: Source<'_>,
    folder: &str,
    environment: &Environment,
) -> Result<Made, Failed> {
    let cx = Context { tree, sources: world.sources, memo: &world.memo.kustomize };
    let options = Options {
        release: Release::V5_8_2,
        load_restrictor: LoadRestrictor::RootOnly,
        remote: Remote::LeaveOut,
        leave_out_programs: true,
        repo_map: world.config.repo_map.clone(),
    };
    let built = match source.options(Tool::Kustomize) {
        None => gitops_kustomize::build(&cx, folder, &options),
        Some(asked) => {
            let file = kustomization(world, tree, folder, asked.span())?;
            let with = Editing { environment, tree, folder };
            let file = edited(&file, asked, &with)?;
            gitops_kustomize::build_with(&cx, folder, &file, &options)
        }
    };
    let charts = |gaps: &[Unchecked]| {
        let found = inflated(world.sources, tree, gaps).into_iter();
        found.map(|(chart, values)| Installed { chart, values }).collect()
    };
    match built {
        Ok(built) => Ok(Made {
            resources: built.resources.clone(),
            warnings: built.problems.clone(),
            inputs: Some(built.inputs),
            gaps: built.unchecked.iter().map(Gap::from).collect(),
            charts: charts(&built.unchecked),
        }),
        // What only a flag or a plugin renders may well render on the cluster: unknown, not broken.
        Err(failure) if !failure.unchecked.is_empty() => Err(Failed {
            problems: Vec::new(),
            gaps: unknown(&failure, tree, folder).iter().map(Gap::from).collect(),
            charts: charts(&failure.unchecked),
        }),
        Err(failure) => {
            Err(Failed { problems: failure.problems.clone(), gaps: Vec::new(), charts: Vec::new() })
        }
    }
}

/// The kustomization file of a folder; `kustomize edit` wants exactly one.
fn kustomization(
    world: &World<'_>,
    tree: &dyn Tree,
    folder: &str,
    span: Span,
) -> Result<Node, Problem> {
    let names = tree.list(folder).into_iter().filter(|(name, _)| is_kustomization(name));
    let mut paths = names.map(|(name, _)| join(folder, &name));
    let wrong = |message: String| Problem::new(ProblemKind::Render, message, Some(span));
    let (Some(path), None) = (paths.next(), paths.next()) else {
        return Err(wrong(format!("`{folder}` needs exactly one kustomization file")));
    };
    let file = load(world.sources, tree, &path).map_err(|e| wrong(e.to_string()))?;
    match file.documents.first() {
        Some(node) => Ok(node.clone()),
        None => Err(wrong(format!("`{path}` is empty"))),
    }
}

fn plain(
    world: &World<'_>,
    tree: &dyn Tree,
    source: Source<'_>,
    folder: &str,
) -> Result<Made, Failed> {
    let options = source.options(Tool::Directory);
    let found = directory::read(tree, world.sources, folder, options)?;
    let mut inputs = String::new();
    for (path, content) in &found.read {
        inputs.push_str(&format!("{path} {content:?}\n"));
    }
    let mut made = Made { inputs: Some(ContentId::of(inputs.as_bytes())), ..Made::default() };
    for node in found.objects {
        for object in unrolled(node)? {
            made.resources.push(Arc::new(resource(object)?));
        }
    }
    let gap = |name: &String| {
        let why = format!("`{name}` is Jsonnet, which is not evaluated");
        Gap::new(why, source.node().span()).of(jsonnet::read(tree, folder, name, options))
    };
    made.gaps = found.jsonnet.iter().map(gap).collect();
    if !made.gaps.is_empty() && made.resources.is_empty() {
        made.inputs = None;
    }
    Ok(made)
}

/// A list as its items, one level deep.
fn unrolled(node: Node) -> Result<Vec<Node>, Problem> {
    let Some(items) = node.get("items") else { return Ok(vec![node]) };
    if items.is_null() && node.get("spec").is_none() && node.get("status").is_none() {
        return Ok(Vec::new());
    }
    let Some(items) = items.as_seq() else { return Ok(vec![node]) };
    let kindless = items.iter().find(|i| i.get("kind").and_then(Node::text).is_none());
    match kindless {
        Some(item) => {
            let message = "an item of a list needs a `kind` of its own";
            Err(Problem::new(ProblemKind::Render, message, Some(item.span())))
        }
        None => Ok(items.to_vec()),
    }
}

/// An object; one with `generateName` alone goes by that.
fn resource(node: Node) -> Result<Resource, Problem> {
    annotations_are_texts(&node)?;
    if let Some(resource) = Resource::new(node.clone()) {
        return Ok(resource);
    }
    let mut named = node;
    let span = named.span();
    let name = named
        .at(&["metadata", "generateName"])
        .cloned()
        .unwrap_or_else(|| Node::string("", named.origin.clone()));
    if named.get("metadata").is_none_or(Node::is_null) {
        named.set(Entry::new("metadata", span, Node::map(Vec::new(), named.origin.clone())));
    }
    if let Some(metadata) = named.get_mut("metadata") {
        metadata.set(Entry::new("name", span, name));
    }
    let resource = Resource::new(named);
    let mut resource = resource.ok_or_else(|| {
        Problem::new(ProblemKind::Render, "this is no Kubernetes object", Some(span))
    })?;
    if let Some(metadata) = resource.body.get_mut("metadata") {
        metadata.remove("name");
    }
    Ok(resource)
}

/// Argo CD adds an annotation to all but CustomResourceDefinitions, and must read the others for that.
fn annotations_are_texts(node: &Node) -> Result<(), Problem> {
    if node.get("kind").and_then(Node::text) == Some("CustomResourceDefinition") {
        return Ok(());
    }
    let annotations = node.at(&["metadata", "annotations"]).map(Node::entries).unwrap_or_default();
    match annotations.iter().find(|e| e.value.as_str().is_none()) {
        None => Ok(()),
        Some(entry) => {
            let message = format!(
                "the annotation `{}` is no text, and Argo CD refuses the object",
                entry.key
            );
            Err(Problem::new(ProblemKind::Render, message, Some(entry.value.span()))
                .help("put quotes around it"))
        }
    }
}
