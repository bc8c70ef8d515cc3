//! Plain files of a directory. Source: `findManifests` in `reposerver/repository/repository.go`.

use gitops_model::{EntryKind, Problem, ProblemKind, Tree};
use gitops_yaml::{ContentId, Entry, ErrorKind, Node, ParsedFile, Sources};
use regex::Regex;

use super::patterns::gobwas;
use crate::files::{clamped, join, load};
use crate::reading::as_kubectl_reads;

/// Text that keeps a file from being rendered.
const SKIP: &str = "+argocd:skip-file-rendering";

/// Words that make a file look like a manifest.
const WORDS: [&str; 3] = ["apiVersion:", "kind:", "metadata:"];

/// What a directory holds.
#[derive(Default)]
pub(super) struct Found {
    pub(super) objects: Vec<Node>,
    /// What was read, for the hash of the inputs.
    pub(super) read: Vec<(String, ContentId)>,
    /// Files of Jsonnet, which are not evaluated.
    pub(super) jsonnet: Vec<String>,
}

/// Which files of a directory count.
struct Filter {
    recurse: bool,
    any_extension: bool,
    include: Option<Option<Regex>>,
    exclude: Option<Option<Regex>>,
}

impl Filter {
    fn of(options: Option<&Node>) -> Self {
        let field = |key| options.and_then(|o| o.get(key));
        let flag = |key| field(key).and_then(Node::as_bool).unwrap_or(false);
        let pattern = |key| field(key).and_then(Node::text).filter(|t| !t.is_empty()).map(gobwas);
        Self {
            recurse: flag("recurse"),
            any_extension: flag("disableExtensionFilter"),
            include: pattern("include"),
            exclude: pattern("exclude"),
        }
    }

    fn takes(&self, relative: &str) -> bool {
        let extension =
            [".yaml", ".yml", ".json", ".jsonnet"].iter().any(|e| relative.ends_with(e));
        // A pattern that cannot be read matches nothing.
        let matches = |p: &Option<Regex>| p.as_ref().is_some_and(|p| p.is_match(relative));
        (extension || self.any_extension)
            && !self.exclude.as_ref().is_some_and(matches)
            && self.include.as_ref().is_none_or(matches)
    }
}

/// Reads the manifests of a directory.
pub(super) fn read(
    tree: &dyn Tree,
    sources: &Sources,
    folder: &str,
    options: Option<&Node>,
) -> Result<Found, Problem> {
    let filter = Filter::of(options);
    let mut files = Vec::new();
    list(tree, folder, "", &filter, &mut files);
    let mut found = Found::default();
    for relative in files {
        let path = join(folder, &relative);
        let Ok(content) = tree.content_id(&path) else { continue };
        let Ok(file) = load(sources, tree, &path) else { continue };
        found.read.push((path, content));
        if file.source.text.contains(SKIP) {
            continue;
        }
        if relative.ends_with(".jsonnet") {
            found.jsonnet.push(relative);
        } else if relative.ends_with(".json") {
            found.objects.push(json_object(&file)?);
        } else {
            found.objects.extend(objects(&file)?);
        }
    }
    Ok(found)
}

/// Files below a directory in the order of a walk; links to directories are not followed.
fn list(tree: &dyn Tree, folder: &str, below: &str, filter: &Filter, files: &mut Vec<String>) {
    for (name, kind) in tree.list(&clamped(folder, below)) {
        let relative = join(below, &name);
        match kind {
            EntryKind::File if filter.takes(&relative) => files.push(relative),
            EntryKind::Directory
                if filter.recurse
                    && name != ".git"
                    && tree.link_target(&join(folder, &relative)).is_none() =>
            {
                list(tree, folder, &relative, filter, files);
            }
            _ => {}
        }
    }
}

fn wrong<T>(
    message: impl Into<String>,
    file: &ParsedFile,
    node: Option<&Node>,
) -> Result<T, Problem> {
    let start = gitops_yaml::Span::new(file.id, 0, 0);
    Err(Problem::new(ProblemKind::Render, message, Some(node.map_or(start, Node::span))))
}

fn has_kind(node: &Node) -> bool {
    node.get("kind").and_then(Node::text).is_some_and(|k| !k.is_empty())
}

/// The one object of a JSON file.
fn json_object(file: &ParsedFile) -> Result<Node, Problem> {
    // JSON has no text behind its document, but keys may stand twice.
    if let Some(error) = file.errors.iter().find(|e| e.kind != ErrorKind::DuplicateKey) {
        return Err(Problem::from(error));
    }
    match file.documents.as_slice() {
        [one] if has_kind(one) => Ok(one.clone()),
        [one] => {
            wrong("a JSON file holds one Kubernetes object: this has no `kind`", file, Some(one))
        }
        more => wrong("a JSON file holds one Kubernetes object", file, more.get(1)),
    }
}

/// The objects of a YAML file. One that is broken from the start, and looks like no manifest, is none.
fn objects(file: &ParsedFile) -> Result<Vec<Node>, Problem> {
    let mut objects = Vec::new();
    let directive = file.source.text.lines().any(|line| line.starts_with('%'));
    let broken = file.errors.iter().filter(|e| e.kind.is_fatal());
    let broken = broken.min_by_key(|e| e.span.start);
    let stops = |e: Problem, objects: &[Node]| {
        let looks_like_one = WORDS.iter().all(|w| file.source.text.contains(w));
        if objects.is_empty() && !looks_like_one { Ok(Vec::new()) } else { Err(e) }
    };
    if directive {
        let problem = wrong("Argo CD reads no YAML directives", file, None);
        return problem.or_else(|e| stops(e, &[]));
    }
    for document in &file.documents {
        if let Some(error) = broken.filter(|e| e.span.start <= document.span().start) {
            return stops(Problem::from(error), &objects);
        }
        if document.is_null()
            || document.as_map().is_some_and(<[Entry]>::is_empty) && !has_text(document)
        {
            continue;
        }
        let node = as_kubectl_reads(document, file);
        if !has_kind(&node) {
            let problem =
                wrong("this is no Kubernetes object: it has no `kind`", file, Some(document));
            return problem.or_else(|e| stops(e, &objects));
        }
        objects.push(node);
    }
    match broken {
        Some(error) => stops(Problem::from(error), &objects),
        None => Ok(objects),
    }
}

/// Whether an empty map is written out, as `{}`.
fn has_text(node: &Node) -> bool {
    node.span().end > node.span().start
}
