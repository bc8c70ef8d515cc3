//! Artifacts that an ArtifactGenerator copies together out of other sources
//! (fluxcd/source-watcher, internal/builder/builder.go).

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_api::flux::{Artifact, Copy};
use gitops_model::{EntryKind, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

use super::expand::path_match;
use super::sources::{Files, Followed};
use crate::files::{clamped, join, parent};

/// The files of a generated artifact.
pub(crate) fn files(artifact: &Artifact, inputs: &BTreeMap<SmolStr, Followed>) -> Files {
    let mut made = Copied::default();
    for copy in &artifact.copies {
        let Some((alias, pattern)) = copy.from.strip_prefix('@').and_then(|f| f.split_once('/'))
        else {
            return Files::Gap(format!("`{}` names no source", copy.from));
        };
        let Some(input) = inputs.get(alias) else {
            return Files::Gap(format!("`{}` names no source of the generator", copy.from));
        };
        if copy.strategy != "Overwrite" {
            return Files::Gap(format!("the copy strategy `{}` is not followed", copy.strategy));
        }
        match &input.files {
            Files::Here { tree, base } => made.copy(tree, base, pattern, copy),
            other => return other.clone(),
        }
    }
    Files::Here { tree: Arc::new(made), base: SmolStr::default() }
}

/// A tree of copies: each path leads to a path of another tree.
#[derive(Default)]
struct Copied {
    files: BTreeMap<String, (Arc<dyn Tree>, String)>,
    /// Directories, each with the path of the one that it is a copy of.
    directories: BTreeMap<String, Option<SmolStr>>,
}

impl Copied {
    fn copy(&mut self, tree: &Arc<dyn Tree>, base: &str, pattern: &str, copy: &Copy) {
        let to = copy.to.strip_prefix("@artifact/").unwrap_or(&copy.to);
        let destination = clamped("", to);
        if !pattern.contains(['*', '?', '[', ']']) {
            return self.copy_path(tree, base, pattern, &destination, to.ends_with('/'), copy);
        }
        let literal = pattern.split('/').take_while(|p| !p.contains(['*', '?', '[', ']']));
        let root = literal.collect::<Vec<_>>().join("/");
        // `directory/**` is its content; of any other pattern the whole path is kept.
        let contents = pattern.strip_suffix("/**");
        let depth = pattern.split('/').count();
        for path in matches(tree.as_ref(), base, &root, depth) {
            let fits = path.split('/').count() == depth
                && path.split('/').zip(pattern.split('/')).all(|(part, p)| path_match(p, part));
            if !fits || excluded(&path, &root, &copy.exclude) {
                continue;
            }
            let shown = contents.and_then(|c| path.strip_prefix(c)?.strip_prefix('/'));
            let target = join(&destination, shown.unwrap_or(&path));
            self.put(tree, base, &path, target.trim_start_matches('/'), &root, copy);
        }
    }

    /// Copies one file or directory, as `cp -r` does.
    fn copy_path(
        &mut self,
        tree: &Arc<dyn Tree>,
        base: &str,
        path: &str,
        destination: &str,
        into_directory: bool,
        copy: &Copy,
    ) {
        let path = clamped("", path);
        let name = path.rsplit('/').next().unwrap_or_default();
        match tree.kind(&clamped(base, &path)) {
            Some(EntryKind::Directory) => {
                let target = join(destination, name);
                self.put(tree, base, &path, &target, &path, copy);
            }
            Some(EntryKind::File) if !excluded(&path, "", &copy.exclude) => {
                let inside = into_directory || self.directories.contains_key(destination);
                let target = if inside { join(destination, name) } else { destination.to_owned() };
                self.put(tree, base, &path, &target, "", copy);
            }
            _ => {}
        }
    }

    /// Copies a file, or a directory with all below it but what is excluded.
    fn put(
        &mut self,
        tree: &Arc<dyn Tree>,
        base: &str,
        path: &str,
        target: &str,
        root: &str,
        copy: &Copy,
    ) {
        let from = clamped(base, path);
        match tree.kind(&from) {
            Some(EntryKind::Directory) => {
                self.add_directory(target);
                self.directories.insert(target.to_owned(), Some(tree.written_at(&from)));
                for (name, _) in tree.list(&from) {
                    let below = join(path, &name);
                    if !excluded(&below, root, &copy.exclude) {
                        self.put(tree, base, &below, &join(target, &name), root, copy);
                    }
                }
            }
            Some(EntryKind::File) => {
                self.add_directory(parent(target));
                // The content of a directory stands for the directory.
                if let Some(None) = self.directories.get(parent(target)) {
                    let of = tree.written_at(parent(&from));
                    self.directories.insert(parent(target).to_owned(), Some(of));
                }
                self.files.insert(target.to_owned(), (tree.clone(), from));
            }
            None => {}
        }
    }

    fn add_directory(&mut self, path: &str) {
        let mut path = path;
        while !path.is_empty() && !self.directories.contains_key(path) {
            self.directories.insert(path.to_owned(), None);
            path = parent(path);
        }
    }

    fn file(&self, path: &str) -> Result<&(Arc<dyn Tree>, String), TreeError> {
        self.files.get(path).ok_or_else(|| match self.kind(path) {
            Some(_) => TreeError::IsDirectory(path.to_owned()),
            None => TreeError::Missing(path.to_owned()),
        })
    }
}

impl Tree for Copied {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        if self.files.contains_key(path) {
            return Some(EntryKind::File);
        }
        (path.is_empty() || self.directories.contains_key(path)).then_some(EntryKind::Directory)
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        let (tree, from) = self.file(path)?;
        tree.content_id(from)
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        let (tree, from) = self.file(path)?;
        tree.read(from)
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        let below = |p: &String| parent(p) == path && !p.is_empty();
        let name = |p: &String| SmolStr::new(p.rsplit('/').next().unwrap_or_default());
        let files = self.files.keys().filter(|p| below(p)).map(|p| (name(p), EntryKind::File));
        let directories = self.directories.keys().filter(|p| below(p));
        let mut entries: Vec<_> =
            files.chain(directories.map(|p| (name(p), EntryKind::Directory))).collect();
        entries.sort();
        entries
    }

    fn written_at(&self, path: &str) -> SmolStr {
        match (self.files.get(path), self.directories.get(path)) {
            (Some((tree, from)), _) => tree.written_at(from),
            (None, Some(Some(of))) => of.clone(),
            _ => path.into(),
        }
    }
}

/// Paths below `root` that are `depth` parts long.
fn matches(tree: &dyn Tree, base: &str, root: &str, depth: usize) -> Vec<String> {
    let mut level = vec![root.to_owned()];
    let start = root.split('/').filter(|p| !p.is_empty()).count();
    for _ in start..depth {
        let children = |path: String| {
            let entries = tree.list(&clamped(base, &path));
            entries.into_iter().map(move |(name, _)| join(&path, &name))
        };
        level = level.into_iter().flat_map(children).collect();
    }
    level
}

/// Whether a pattern excludes a path: as it stands, below the copy's root, or by its name alone.
fn excluded(path: &str, root: &str, patterns: &[SmolStr]) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let below = path.strip_prefix(root).map_or(path, |p| p.trim_start_matches('/'));
    patterns.iter().any(|pattern| {
        let by_name = !pattern.contains('/') && path_match(pattern, name);
        by_name || [path, below].iter().any(|p| double_star(pattern, p))
    })
}

/// Matches `**` across directories.
fn double_star(pattern: &str, path: &str) -> bool {
    fn fits(pattern: &[&str], path: &[&str]) -> bool {
        match (pattern.split_first(), path.split_first()) {
            (None, None) => true,
            (Some((&"**", rest)), _) => (0..=path.len()).any(|n| fits(rest, &path[n..])),
            (Some((part, rest)), Some((name, below))) => {
                path_match(part, name) && fits(rest, below)
            }
            _ => false,
        }
    }
    let pattern: Vec<&str> = pattern.split('/').collect();
    fits(&pattern, &path.split('/').collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exclusions_match_names_and_paths() {
        let any = |patterns: &[&str], path: &str| {
            let patterns: Vec<SmolStr> = patterns.iter().map(|p| (*p).into()).collect();
            excluded(path, "apps", &patterns)
        };
        assert!(any(&["*.md"], "apps/a/b.md"));
        assert!(any(&["a/**"], "apps/a/b/c"));
        assert!(any(&["**/test/**"], "apps/x/test/y"));
        assert!(!any(&["b/*.md"], "apps/a/b.md"));
    }
}
