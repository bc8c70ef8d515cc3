//! The kustomization that kustomize-controller builds: the folder's own file or a generated one, with the
//! Flux Kustomization's spec merged in (fluxcd/pkg, kustomize/kustomize_generator.go).

use gitops_api::flux::Kustomization;
use gitops_model::{EntryKind, Problem, ProblemKind, Tree};
use gitops_yaml::{Entry, Node, Origin, Sources, Span};

use crate::files::{clamped, join, load};

/// The names of a kustomization file, the one that is looked for first in front.
pub(crate) const FILE_NAMES: [&str; 3] =
    ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Whether a file is a kustomization, by its name.
pub(crate) fn is_kustomization(path: &str) -> bool {
    FILE_NAMES.contains(&path.rsplit('/').next().unwrap_or_default())
}

/// The fields that survive being read and written again by the controller.
const FIELDS: [&str; 33] = [
    "apiVersion",
    "bases",
    "buildMetadata",
    "commonAnnotations",
    "commonLabels",
    "components",
    "configMapGenerator",
    "configurations",
    "crds",
    "generatorOptions",
    "generators",
    "helmChartInflationGenerator",
    "helmCharts",
    "helmGlobals",
    "images",
    "kind",
    "labels",
    "metadata",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "openapi",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "replicas",
    "resources",
    "secretGenerator",
    "sortOptions",
    "transformers",
    "validators",
    "vars",
];

/// Address forms that a component may not have (`IsLocalRelativePath`).
const REMOTE_PREFIXES: [&str; 8] =
    ["git::", "gh:", "ssh://", "https://", "http://", "git@", "github.com:", "github.com/"];

/// What there is to build.
#[derive(Debug)]
pub(crate) enum Plan {
    /// This kustomization, in the folder.
    Build(Node),
    /// The folder holds nothing: the Kustomization applies no object.
    Nothing,
}

/// The kustomization to build in the folder `root`. `anchor` is the line that asked for the folder.
pub(crate) fn plan(
    sources: &Sources,
    tree: &dyn Tree,
    root: &str,
    owner: Option<Kustomization>,
    anchor: Span,
) -> Result<Plan, Problem> {
    let own = FILE_NAMES.iter().map(|n| join(root, n)).find(|p| is_file(tree, p));
    let mut node = match own {
        Some(path) => existing(sources, tree, &path)?,
        None => match generated(tree, root, anchor) {
            Some(node) => node,
            None => return Ok(Plan::Nothing),
        },
    };
    if let Some(owner) = owner {
        merge_spec(&mut node, owner, &|component| {
            tree.kind(&clamped("", &join(root, component))).is_some()
        })?;
    }
    Ok(Plan::Build(node))
}

fn is_file(tree: &dyn Tree, path: &str) -> bool {
    tree.kind(path) == Some(EntryKind::File)
}

/// The folder's own file, as the controller writes it again.
fn existing(sources: &Sources, tree: &dyn Tree, path: &str) -> Result<Node, Problem> {
    let file = load(sources, tree, path)
        .map_err(|e| Problem::new(ProblemKind::Render, e.to_string(), None))?;
    if let Some(error) = file.errors.first() {
        return Err(error.into());
    }
    let start = Span::new(file.id, 0, 0);
    let written = file.documents.iter().find(|d| d.as_map().is_some());
    let mut node = written.cloned().unwrap_or_else(|| Node::map(Vec::new(), Origin::new(start)));
    if let Some(entries) = node.as_map_mut() {
        entries.retain(|e| FIELDS.contains(&e.key.as_str()));
    }
    if node.get("resources").is_none_or(|r| r.items().is_empty()) {
        // The controller adds this lest kustomize take the file for an empty one.
        let origin = Origin::new(node.span());
        let value = Node::string("originAnnotations", origin.clone());
        node.set(Entry::new("buildMetadata", origin.span, Node::seq(vec![value], origin)));
    }
    Ok(node)
}

/// A kustomization of all manifests below the folder; `None` where there are none.
fn generated(tree: &dyn Tree, root: &str, anchor: Span) -> Option<Node> {
    let mut paths = Vec::new();
    scan(tree, root, ".", &mut paths);
    if paths.is_empty() {
        return None;
    }
    let origin = Origin::new(anchor);
    let paths = paths.into_iter().map(|p| Node::string(p, origin.clone())).collect();
    let resources = Entry::new("resources", anchor, Node::seq(paths, origin.clone()));
    Some(Node::map(vec![resources], origin))
}

/// Files below a folder in lexical order; a folder with a kustomization file stands for all below it.
fn scan(tree: &dyn Tree, directory: &str, shown: &str, paths: &mut Vec<String>) {
    for (name, kind) in tree.list(directory) {
        let (path, shown) = (join(directory, &name), format!("{shown}/{name}"));
        match kind {
            EntryKind::Directory if has_kustomization(tree, &path) => paths.push(shown),
            EntryKind::Directory => scan(tree, &path, &shown, paths),
            EntryKind::File if name.ends_with(".yaml") || name.ends_with(".yml") => {
                paths.push(shown);
            }
            EntryKind::File => {}
        }
    }
}

/// Whether a folder has a kustomization file.
pub(crate) fn has_kustomization(tree: &dyn Tree, directory: &str) -> bool {
    FILE_NAMES.iter().any(|n| is_file(tree, &join(directory, n)))
}

/// Merges a Flux Kustomization's spec into a kustomization. The spec's nodes are moved as they are, so
/// that what they do is blamed on their own lines.
fn merge_spec(
    node: &mut Node,
    owner: Kustomization,
    exists: &dyn Fn(&str) -> bool,
) -> Result<(), Problem> {
    for (field, target) in [
        ("targetNamespace", "namespace"),
        ("namePrefix", "namePrefix"),
        ("nameSuffix", "nameSuffix"),
    ] {
        if let Some(value) = owner.spec(&[field]) {
            node.set(Entry::new(target, value.span(), value.clone()));
        }
    }
    let list = |field| owner.spec(&[field]).map(Node::items).unwrap_or_default();
    append(node, "patches", list("patches").iter().cloned());

    let ignore_missing =
        owner.spec(&["ignoreMissingComponents"]).and_then(Node::as_bool).unwrap_or_default();
    for component in list("components") {
        let path = component.text().unwrap_or_default();
        if !is_local(path) {
            let message = format!("the component `{path}` is not a relative path");
            return Err(Problem::new(ProblemKind::Render, message, Some(component.span())));
        }
        if exists(path) || !ignore_missing {
            append(node, "components", [component.clone()]);
        }
    }
    for image in list("images") {
        merge_image(node, image);
    }
    if let Some(metadata) = owner.spec(&["buildMetadata"]).filter(|m| !m.items().is_empty()) {
        node.set(Entry::new("buildMetadata", metadata.span(), metadata.clone()));
    }
    Ok(())
}

fn is_local(path: &str) -> bool {
    let lower = path.to_lowercase();
    let remote = REMOTE_PREFIXES.iter().any(|p| lower.len() > p.len() && lower.starts_with(p));
    !remote && !lower.trim_start_matches("file://").starts_with('/')
}

fn append(node: &mut Node, field: &str, items: impl IntoIterator<Item = Node>) {
    let mut items = items.into_iter().peekable();
    let Some(first) = items.peek() else { return };
    let origin = first.origin.clone();
    if node.get(field).is_none_or(|n| n.as_seq().is_none()) {
        node.set(Entry::new(field, origin.span, Node::seq(Vec::new(), origin)));
    }
    if let Some(list) = node.get_mut(field).and_then(Node::as_seq_mut) {
        list.extend(items);
    }
}

/// `newTag` and `digest` are one: setting either clears the other.
fn merge_image(node: &mut Node, image: &Node) {
    let named =
        |n: &Node| n.get("name").and_then(Node::text) == image.get("name").and_then(Node::text);
    let existing = node.get_mut("images").and_then(Node::as_seq_mut);
    let Some(old) = existing.and_then(|images| images.iter_mut().find(|i| named(i))) else {
        return append(node, "images", [image.clone()]);
    };
    let set =
        |field: &str| image.entry(field).filter(|e| e.value.text().is_some_and(|t| !t.is_empty()));
    if let Some(name) = set("newName") {
        old.set(name.clone());
    }
    if set("newTag").is_some() || set("digest").is_some() {
        for field in ["newTag", "digest"] {
            old.remove(field);
            if let Some(entry) = set(field) {
                old.set(entry.clone());
            }
        }
    }
}
