//! The git generator: directories, or the content of files.

use std::collections::BTreeMap;

use gitops_model::{EntryKind, Tree};
use gitops_template::{Value, normalize};
use gitops_yaml::{Node, SmolStr};

use super::Stop;
use super::generate::Generator;
use super::params::leaves;
use crate::argocd::patterns::{Pathspec, path_match};
use crate::files::{join, load, parent};
use crate::reading::as_kubectl_reads;

impl Generator<'_> {
    /// One set for each directory, or for each object in each file.
    pub(super) fn git(&self, options: &Node) -> Result<Vec<Value>, Stop> {
        let text = |key| options.get(key).and_then(Node::text).unwrap_or_default();
        let list = |key| options.get(key).map(Node::items).unwrap_or_default();
        let span = options.get("repoURL").map_or(options.span(), Node::span);
        let (directories, files) = (list("directories"), list("files"));
        if directories.is_empty() && files.is_empty() {
            return Err(Stop::wrong(
                "a git generator needs `directories` or `files`",
                options.span(),
            ));
        }
        let tree = (self.inputs.tree)(text("repoURL"), text("revision"), span)?;
        let prefix = text("pathParamPrefix");
        let mut sets = Vec::new();
        if !directories.is_empty() {
            for path in chosen_directories(tree.as_ref(), directories) {
                let params = Value::map([]);
                self.set_path(&params, prefix, &path, None);
                sets.push(params);
            }
        } else {
            for path in chosen_files(tree.as_ref(), files, options)? {
                for params in self.objects(tree.as_ref(), &path, options)? {
                    self.set_path(&params, prefix, parent(&path), path.rsplit('/').next());
                    sets.push(params);
                }
            }
        }
        for params in &sets {
            self.append_values(options.get("values"), params)?;
        }
        Ok(sets)
    }

    /// The parameters that say where a directory or file is.
    fn set_path(&self, params: &Value, prefix: &str, folder: &str, file: Option<&str>) {
        let folder = if folder.is_empty() { "." } else { folder };
        let base = folder.rsplit('/').next().unwrap_or(folder);
        let mut texts =
            vec![("basename", SmolStr::new(base)), ("basenameNormalized", normalize(base).into())];
        if let Some(file) = file {
            texts.extend([
                ("filename", file.into()),
                ("filenameNormalized", normalize(file).into()),
            ]);
        }
        if self.engine.is_go() {
            let path = Value::map(texts.into_iter().map(|(k, v)| (k.into(), Value::string(v))));
            path.set("path", Value::string(folder));
            path.set("segments", Value::strings(folder.split('/')));
            if prefix.is_empty() {
                params.set("path", path);
            } else {
                params.set(prefix, Value::map([("path".into(), path)]));
            }
            return;
        }
        let name = if prefix.is_empty() { "path".to_owned() } else { format!("{prefix}.path") };
        params.set(name.as_str(), Value::string(folder));
        for (key, value) in texts {
            params.set(format!("{name}.{key}"), Value::string(value));
        }
        for (i, segment) in folder.split('/').enumerate().filter(|(_, s)| !s.is_empty()) {
            params.set(format!("{name}[{i}]"), Value::string(segment));
        }
    }

    /// The objects of a file: its first document, a map or a list of maps.
    fn objects(&self, tree: &dyn Tree, path: &str, options: &Node) -> Result<Vec<Value>, Stop> {
        let unreadable = |why: &dyn std::fmt::Display| {
            Stop::wrong(format!("the git generator cannot read `{path}`: {why}"), options.span())
        };
        let file = load(self.inputs.sources, tree, path).map_err(|e| unreadable(&e))?;
        let first = file.documents.first();
        let end = first.filter(|_| file.documents.len() > 1).map_or(u32::MAX, |d| d.span().end);
        let broken = file.errors.iter().find(|e| e.kind.is_fatal() && e.span.start <= end);
        if let Some(error) = broken {
            return Err(Stop::wrong(
                format!("the git generator finds no YAML in `{path}`: {}", error.message),
                error.span,
            ));
        }
        let empty = || vec![Value::map([])];
        let objects = match first {
            None => return Ok(empty()),
            Some(node) if node.is_null() => return Ok(empty()),
            Some(node) if node.as_map().is_some() => std::slice::from_ref(node),
            Some(node) if node.as_seq().is_some_and(|s| s.iter().all(|n| n.as_map().is_some())) => {
                node.items()
            }
            Some(node) => {
                let message = format!("`{path}` is neither a map nor a list of maps");
                return Err(Stop::wrong(message, node.span()));
            }
        };
        let read = |object| Value::from_node(&as_kubectl_reads(object, &file));
        Ok(objects.iter().map(|object| self.content(&read(object))).collect())
    }

    /// What a file holds, as parameters: for fasttemplate flat and as text.
    fn content(&self, object: &Value) -> Value {
        if self.engine.is_go() {
            return object.clone();
        }
        let text = |(key, value): (String, Value)| {
            (key.into(), Value::string(value.text().unwrap_or_default()).written_as(&value))
        };
        Value::map(leaves(object).into_iter().map(text))
    }
}

/// Whether an item of `directories` or `files` takes away.
fn excludes(item: &Node) -> bool {
    item.get("exclude").and_then(Node::as_bool) == Some(true)
}

fn path_of(item: &Node) -> &str {
    item.get("path").and_then(Node::text).unwrap_or_default()
}

/// The directories that a pattern takes and none excludes, in the order of a walk; hidden ones are none.
fn chosen_directories(tree: &dyn Tree, items: &[Node]) -> Vec<String> {
    let patterns: Vec<_> = items.iter().map(|i| (path_match(path_of(i)), excludes(i))).collect();
    let matched = |path: &str, exclude: bool| {
        patterns.iter().any(|(p, e)| *e == exclude && p.as_ref().is_some_and(|p| p.is_match(path)))
    };
    let mut all = Vec::new();
    walk(tree, "", true, &mut |path, kind| {
        if kind == EntryKind::Directory {
            all.push(path.to_owned());
        }
    });
    all.retain(|path| matched(path, false) && !matched(path, true));
    all
}

/// The files that a pathspec takes and none excludes, by path.
fn chosen_files(tree: &dyn Tree, items: &[Node], options: &Node) -> Result<Vec<String>, Stop> {
    let mut specs = Vec::new();
    for item in items {
        let spec = Pathspec::of(path_of(item)).map_err(|why| Stop::wrong(why, options.span()))?;
        specs.push((spec, excludes(item)));
    }
    let matched =
        |path: &str, exclude: bool| specs.iter().any(|(s, e)| *e == exclude && s.matches(path));
    let mut all = BTreeMap::new();
    walk(tree, "", false, &mut |path, kind| {
        if kind == EntryKind::File && matched(path, false) && !matched(path, true) {
            all.insert(path.to_owned(), ());
        }
    });
    Ok(all.into_keys().collect())
}

/// Visits everything below a folder, parents first; links to directories are not followed.
fn walk(tree: &dyn Tree, folder: &str, skip_hidden: bool, visit: &mut dyn FnMut(&str, EntryKind)) {
    for (name, kind) in tree.list(folder) {
        let path = join(folder, &name);
        let is_directory = kind == EntryKind::Directory;
        if name == ".git"
            || is_directory
                && (skip_hidden && name.starts_with('.') || tree.link_target(&path).is_some())
        {
            continue;
        }
        visit(&path, kind);
        if is_directory {
            walk(tree, &path, skip_hidden, visit);
        }
    }
}
