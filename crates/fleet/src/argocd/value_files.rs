//! The files of values that a source asks for. Source: `getResolvedValueFiles` of the repo-server, and
//! bmatcuk/doublestar for patterns.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_model::{EntryKind, Tree};
use gitops_yaml::{Node, SmolStr, Sources};
use globset::{GlobBuilder, GlobMatcher};

use super::environment::Environment;
use super::made::Gap;
use crate::files::{clamped, join};

/// How many entries of folders a pattern may be held against.
const MAX_LOOKS: usize = 100_000;

/// What the values of a source are read from.
pub(super) struct Shelf<'a> {
    pub(super) sources: &'a Sources,
    pub(super) environment: &'a Environment,
    /// The tree of the chart and its folder, where they are at hand.
    pub(super) own: Option<(&'a dyn Tree, &'a str)>,
    /// The trees of the Application's sources that have a name.
    pub(super) named: &'a BTreeMap<SmolStr, Arc<dyn Tree>>,
}

/// Why a file of values is not read.
#[derive(Clone)]
pub(super) enum Unread {
    /// It is not there.
    Missing(String),
    /// It is not at hand, or is no YAML.
    Unknown(String),
}

impl Unread {
    pub(super) fn why(self) -> String {
        match self {
            Self::Missing(why) | Self::Unknown(why) => why,
        }
    }
}

/// A file, or a pattern of files, in a tree.
pub(super) struct Place<'a> {
    pub(super) tree: &'a dyn Tree,
    pub(super) path: String,
}

impl PartialEq for Place<'_> {
    fn eq(&self, other: &Self) -> bool {
        let address = |place: &Self| std::ptr::from_ref(place.tree).cast::<()>();
        self.path == other.path && address(self) == address(other)
    }
}

impl Shelf<'_> {
    /// The files in the order in which they are laid over each other, each with what asks for it. One that is asked
    /// for twice counts where it comes first; one that is named has its own place, whatever patterns take it.
    pub(super) fn value_files<'s>(
        &'s self,
        options: &'s Node,
        gaps: &mut Vec<Gap>,
    ) -> Vec<(Place<'s>, &'s Node)> {
        let ignore_missing =
            options.get("ignoreMissingValueFiles").and_then(Node::as_bool).unwrap_or_default();
        let asked = options.get("valueFiles").map(Node::items).unwrap_or_default();
        let places: Vec<_> = asked.iter().map(|node| (node, self.place(node))).collect();
        let is_named = |file: &Place<'_>| {
            let mut named = places.iter().filter_map(|(_, place)| place.as_ref().ok());
            named.any(|place| place == file)
        };
        let mut files: Vec<(Place<'_>, &Node)> = Vec::new();
        for (node, place) in &places {
            let found = match place {
                Ok(place) if place.is_pattern() => place
                    .expanded()
                    .map(|found| found.into_iter().filter(|file| !is_named(file)).collect()),
                Ok(place) => place.file().map(|file| vec![file]),
                Err(unread) => Err(unread.clone()),
            };
            match found {
                Ok(found) => {
                    for file in found {
                        if files.iter().all(|(known, _)| *known != file) {
                            files.push((file, node));
                        }
                    }
                }
                Err(Unread::Missing(_)) if ignore_missing => {}
                Err(unread) => gaps.push(Gap::new(unread.why(), node.span())),
            }
        }
        files
    }

    /// The tree of a file and its path in it: below the chart's folder, or, with a `/` or a name before
    /// it, below the top of a repository.
    pub(super) fn place(&self, asked: &Node) -> Result<Place<'_>, Unread> {
        let written = asked.text().unwrap_or_default();
        if written.contains("://") {
            return Err(Unread::Unknown(format!("the values of `{written}` are not at hand")));
        }
        let named = written.strip_prefix('$').and_then(|rest| rest.split_once('/'));
        let (tree, path) = match named {
            Some((name, path)) => {
                let tree = self.named.get(name).map(|t| t.as_ref() as &dyn Tree);
                (tree, clamped("", &self.environment.expand(path)))
            }
            None => {
                let path = self.environment.expand(written);
                let folder = self.own.map_or("", |(_, folder)| folder);
                let base = if path.starts_with('/') { "" } else { folder };
                (self.own.map(|(tree, _)| tree), clamped("", &join(base, &path)))
            }
        };
        let why = || format!("the values of `{written}` are in no repository at hand");
        let tree = tree.ok_or_else(|| Unread::Unknown(why()))?;
        Ok(Place { tree, path })
    }
}

impl<'a> Place<'a> {
    fn is_pattern(&self) -> bool {
        self.path.contains(['*', '?', '['])
    }

    /// The file, if there is one.
    pub(super) fn file(&self) -> Result<Self, Unread> {
        let Self { tree, path } = self;
        match tree.kind(path) {
            Some(EntryKind::File) => Ok(Self { tree: *tree, path: path.clone() }),
            _ => Err(Unread::Missing(format!("the file of values `{path}` does not exist"))),
        }
    }

    /// The files that a pattern takes: those of a folder before those below it.
    fn expanded(&self) -> Result<Vec<Self>, Unread> {
        let pattern = &self.path;
        let glob = GlobBuilder::new(pattern)
            .literal_separator(true)
            .backslash_escape(true)
            .empty_alternates(true)
            .build();
        let glob = glob.map_err(|e| {
            Unread::Unknown(format!(
                "the pattern `{pattern}` of values cannot be read: {}",
                e.kind()
            ))
        })?;
        // What stands before the first wildcard is a folder.
        let plain = pattern.split(['*', '?', '[', '{', '\\']).next().unwrap_or_default();
        let folder = plain.rsplit_once('/').map_or("", |(folder, _)| folder);
        let deepest =
            if pattern.contains("**") { usize::MAX } else { pattern.matches('/').count() };
        let mut search = Search {
            tree: self.tree,
            glob: glob.compile_matcher(),
            deepest,
            looks: 0,
            found: Vec::new(),
        };
        search.below(folder)?;
        if pattern.rsplit('/').next() == Some("**") {
            return Err(search.refused(folder));
        }
        if search.found.is_empty() {
            return Err(Unread::Missing(format!(
                "the pattern `{pattern}` of values takes no file"
            )));
        }
        let place = |path| Self { tree: self.tree, path };
        Ok(search.found.into_iter().map(place).collect())
    }
}

/// Looks for the files that a pattern takes.
struct Search<'a> {
    tree: &'a dyn Tree,
    glob: GlobMatcher,
    /// How many `/` a path may have.
    deepest: usize,
    looks: usize,
    found: Vec<String>,
}

impl Search<'_> {
    fn refused(&self, folder: &str) -> Unread {
        let pattern = self.glob.glob();
        Unread::Unknown(format!(
            "the pattern `{pattern}` of values takes the folder `{folder}`, and Helm reads files alone"
        ))
    }

    fn below(&mut self, folder: &str) -> Result<(), Unread> {
        let entries = self.tree.list(folder);
        self.looks += entries.len();
        if self.looks > MAX_LOOKS {
            return Err(Unread::Unknown(format!(
                "the pattern `{}` of values takes too many files",
                self.glob.glob()
            )));
        }
        let path = |name: &str| join(folder, name);
        for (name, kind) in &entries {
            let path = path(name);
            match kind {
                _ if !self.glob.is_match(&path) => {}
                EntryKind::File => self.found.push(path),
                EntryKind::Directory => return Err(self.refused(&path)),
            }
        }
        for (name, kind) in &entries {
            let path = path(name);
            if *kind == EntryKind::Directory && path.matches('/').count() < self.deepest {
                self.below(&path)?;
            }
        }
        Ok(())
    }
}
