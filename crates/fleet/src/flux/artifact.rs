//! Artifacts that an ArtifactGenerator copies together out of other sources
//! (fluxcd/source-watcher, internal/builder/builder.go).

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_api::flux::{Artifact, Copy};
use gitops_model::{EntryKind, Problem, ProblemKind, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

use super::followed::{Files, Followed};
use crate::files::{clamped, join, parent};
use crate::glob::path_match;

/// The files of a generated artifact.
pub(crate) fn files(artifact: &Artifact, inputs: &BTreeMap<SmolStr, Followed>) -> Files {
    let mut made = Copied::default();
    for copy in &artifact.copies {
        if let Err(files) = made.apply(copy, inputs) {
            return files;
        }
    }
    Files::Here { tree: Arc::new(made), base: SmolStr::default() }
}

/// What stops the generator: nothing of the artifact is made.
fn refused(copy: &Copy, why: impl std::fmt::Display) -> Files {
    let message = format!("the copy from `{}` fails: {why}", copy.from);
    let help = "no artifact is made until then, and what reads it keeps what it has";
    Files::Broken(Problem::new(ProblemKind::Discovery, message, Some(copy.span)).help(help))
}

/// What is not followed.
fn unknown(copy: &Copy, why: impl std::fmt::Display) -> Files {
    Files::Gap(format!("its artifact copies from `{}`: {why}", copy.from))
}

/// The characters that make a path a pattern.
const GLOB: [char; 4] = ['*', '?', '[', ']'];

fn is_archive(path: &str) -> bool {
    path.ends_with(".tar.gz") || path.ends_with(".tgz")
}

/// A tree of copies: each path leads to a path of another tree.
#[derive(Default)]
struct Copied {
    files: BTreeMap<String, (Arc<dyn Tree>, String)>,
    /// Directories, each with the path of the one that it is a copy of.
    directories: BTreeMap<String, Option<SmolStr>>,
}

impl Copied {
    /// Applies a copy; what it cannot do stops the whole artifact.
    fn apply(&mut self, copy: &Copy, inputs: &BTreeMap<SmolStr, Followed>) -> Result<(), Files> {
        let from = copy.from.strip_prefix('@').and_then(|f| f.split_once('/'));
        let Some((alias, pattern)) = from else {
            return Err(refused(copy, "it is not of the form `@alias/path`"));
        };
        let Some(to) = copy.to.strip_prefix("@artifact/") else {
            let why = format!("`{}` is not of the form `@artifact/path`", copy.to);
            return Err(refused(copy, why));
        };
        let Some(input) = inputs.get(alias) else {
            return Err(refused(copy, format!("the generator has no source `{alias}`")));
        };
        let (tree, base) = match &input.files {
            Files::Here { tree, base } => (tree, base),
            other => return Err(other.clone()),
        };
        let merges = copy.strategy == "Merge";
        let source = Selected { tree, base, pattern, copy, merges };
        match pattern.contains(GLOB) {
            true => self.copy_matches(source, &clamped("", to)),
            false => self.copy_path(source, &clamped("", to), to.ends_with('/')),
        }
    }

    fn copy_matches(&mut self, from: Selected<'_>, destination: &str) -> Result<(), Files> {
        let Selected { pattern, copy, .. } = from;
        let extracts = copy.strategy == "Extract";
        let literal = pattern.split('/').take_while(|p| !p.contains(GLOB));
        let root = literal.collect::<Vec<_>>().join("/");
        let found = if extracts { from.below(&root) } else { from.matches(&root) };
        if found.is_empty() {
            return Err(refused(copy, "nothing matches it"));
        }
        let kept: Vec<String> =
            found.into_iter().filter(|path| !excluded(path, &root, &copy.exclude)).collect();
        if kept.is_empty() {
            return Err(refused(copy, "all that matches it is excluded"));
        }
        if extracts {
            // What is no archive is passed over.
            let archive = kept.iter().find(|path| is_archive(path));
            return archive
                .map_or(Ok(()), |a| Err(unknown(copy, format!("`{a}` is not unpacked"))));
        }
        // `directory/**` is its content; of any other pattern the whole path is kept.
        let contents = pattern.strip_suffix("/**");
        for path in kept {
            let shown = contents.and_then(|c| path.strip_prefix(c)?.strip_prefix('/'));
            let target = join(destination, shown.unwrap_or(&path));
            self.put(from, &path, target.trim_start_matches('/'), &root)?;
        }
        Ok(())
    }

    /// Copies one file or directory, as `cp -r` does.
    fn copy_path(
        &mut self,
        from: Selected<'_>,
        destination: &str,
        into_directory: bool,
    ) -> Result<(), Files> {
        let (path, copy) = (clamped("", from.pattern), from.copy);
        let name = path.rsplit('/').next().unwrap_or_default();
        let extracts = copy.strategy == "Extract";
        match from.tree.kind(&clamped(from.base, &path)) {
            None => Err(refused(copy, "it does not exist")),
            Some(EntryKind::Directory) if extracts => {
                Err(refused(copy, "a folder cannot be unpacked"))
            }
            Some(EntryKind::Directory) => self.put(from, &path, &join(destination, name), &path),
            Some(EntryKind::File) if excluded(&path, "", &copy.exclude) => Ok(()),
            Some(EntryKind::File) if extracts && is_archive(&path) => {
                Err(unknown(copy, "the archive is not unpacked"))
            }
            Some(EntryKind::File) if extracts => Err(refused(copy, "it is no `.tar.gz` or `.tgz`")),
            Some(EntryKind::File) => {
                let inside = into_directory || self.directories.contains_key(destination);
                let target = if inside { join(destination, name) } else { destination.to_owned() };
                self.put(from, &path, &target, "")
            }
        }
    }

    /// Copies a file, or a directory with all below it but what is excluded.
    fn put(
        &mut self,
        selected: Selected<'_>,
        path: &str,
        target: &str,
        root: &str,
    ) -> Result<(), Files> {
        let Selected { tree, base, copy, merges, .. } = selected;
        let inside = Selected { merges: false, ..selected };
        let from = clamped(base, path);
        match tree.kind(&from) {
            Some(EntryKind::Directory) => {
                self.add_directory(target);
                self.directories.insert(target.to_owned(), Some(tree.written_at(&from)));
                for (name, _) in tree.list(&from) {
                    let below = join(path, &name);
                    if !excluded(&below, root, &copy.exclude) {
                        self.put(inside, &below, &join(target, &name), root)?;
                    }
                }
            }
            Some(EntryKind::File) => {
                if merges && self.files.contains_key(target) {
                    return Err(unknown(
                        copy,
                        format!("`{target}` is merged, which is not followed"),
                    ));
                }
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
        Ok(())
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

/// What a copy selects of a source.
#[derive(Clone, Copy)]
struct Selected<'a> {
    tree: &'a Arc<dyn Tree>,
    base: &'a str,
    pattern: &'a str,
    copy: &'a Copy,
    /// Whether a file is merged into the one that stands there. In folders they are replaced.
    merges: bool,
}

impl Selected<'_> {
    /// The paths that match, part by part.
    fn matches(&self, root: &str) -> Vec<String> {
        let mut level = vec![root.to_owned()];
        let start = root.split('/').filter(|p| !p.is_empty()).count();
        for part in self.pattern.split('/').skip(start) {
            let fits = |name: &str| path_match(part, name);
            let children = |path: String| {
                let entries = self.tree.list(&clamped(self.base, &path));
                let fitting = entries.into_iter().filter(|(name, _)| fits(name));
                fitting.map(move |(name, _)| join(&path, &name)).collect::<Vec<_>>()
            };
            level = level.into_iter().flat_map(children).collect();
        }
        level
    }

    /// The files that match, `**` crossing directories.
    fn below(&self, root: &str) -> Vec<String> {
        let (mut found, mut open) = (Vec::new(), vec![root.to_owned()]);
        while let Some(path) = open.pop() {
            for (name, kind) in self.tree.list(&clamped(self.base, &path)) {
                let path = join(&path, &name);
                match kind {
                    EntryKind::Directory => open.push(path),
                    EntryKind::File if double_star(self.pattern, &path) => found.push(path),
                    EntryKind::File => {}
                }
            }
        }
        found.sort();
        found
    }
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
