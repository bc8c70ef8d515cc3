//! Which files of a repository reach an artifact: `.sourceignore`, `spec.ignore` and the default
//! exclusions (fluxcd/pkg, sourceignore; artifact/storage/archive.go).

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use gitops_model::{EntryKind, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

use crate::files::{is_within, join};
use crate::glob::PathPattern;

/// Always left out.
const VERSION_CONTROL: [&str; 4] = [".git/", ".gitignore", ".gitmodules", ".gitattributes"];

/// Left out where no pattern is given at all: a single pattern replaces them.
const DEFAULTS: [&str; 20] = [
    "*.jpg",
    "*.jpeg",
    "*.gif",
    "*.png",
    "*.wmv",
    "*.flv",
    "*.tar.gz",
    "*.zip",
    ".github/",
    ".circleci/",
    ".travis.yml",
    ".gitlab-ci.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
    "codeship-services.yml",
    "codeship-steps.yml",
    "**/.goreleaser.yml",
    "**/.sops.yaml",
    "**/.flux.yaml",
];

/// The files of an artifact. Symbolic links and ignored files are not in it; directories are, even
/// when nothing is left in them.
pub(crate) struct Artifact {
    tree: Arc<dyn Tree>,
    /// The folder that is the artifact's root; paths stay those of the repository.
    base: SmolStr,
    patterns: Vec<Pattern>,
    /// What stands where: patterns take longer than a look at what is known.
    seen: RwLock<HashMap<SmolStr, Option<EntryKind>>>,
}

impl Artifact {
    /// The artifact of the folder `base` of a tree, `ignore` being the source's `spec.ignore`.
    pub(crate) fn new(tree: Arc<dyn Tree>, base: &str, ignore: Option<&str>) -> Self {
        let mut patterns = Vec::new();
        ignore_files(tree.as_ref(), base, &mut patterns);
        patterns.extend(parse_lines(ignore.unwrap_or_default(), base));
        if patterns.is_empty() {
            patterns.extend(DEFAULTS.iter().map(|p| Pattern::parse(p, base)));
        }
        let mut all: Vec<_> = VERSION_CONTROL.iter().map(|p| Pattern::parse(p, base)).collect();
        all.append(&mut patterns);
        Self { tree, base: base.into(), patterns: all, seen: RwLock::default() }
    }

    fn look(&self, path: &str, kind: EntryKind) -> Option<EntryKind> {
        let inside = is_within(path, &self.base) || is_within(&self.base, path);
        (inside && self.holds(path, kind) && self.reaches(path)).then_some(kind)
    }

    fn holds(&self, path: &str, kind: EntryKind) -> bool {
        let ignored = kind == EntryKind::File && self.ignores(path);
        !ignored && self.tree.link_target(path).is_none()
    }

    fn ignores(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        let verdict = self.patterns.iter().rev().find_map(|p| p.verdict(&parts));
        verdict.unwrap_or_default()
    }

    /// Whether no directory on the way to a path is a symbolic link.
    fn reaches(&self, path: &str) -> bool {
        path.match_indices('/').all(|(at, _)| self.tree.link_target(&path[..at]).is_none())
    }

    fn file(&self, path: &str) -> Result<(), TreeError> {
        match self.kind(path) {
            Some(EntryKind::File) => Ok(()),
            Some(EntryKind::Directory) => Err(TreeError::IsDirectory(path.to_owned())),
            None => Err(TreeError::Missing(path.to_owned())),
        }
    }
}

impl Tree for Artifact {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        let known = self.seen.read().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        if let Some(kind) = known {
            return kind;
        }
        let kind = self.look(path, self.tree.kind(path)?);
        self.seen.write().unwrap_or_else(PoisonError::into_inner).insert(path.into(), kind);
        kind
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        self.file(path)?;
        self.tree.content_id(path)
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        self.file(path)?;
        self.tree.read(path)
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        let mut entries = self.tree.list(path);
        entries.retain(|(name, _)| self.kind(&join(path, name)).is_some());
        entries
    }

    fn written_at(&self, path: &str) -> SmolStr {
        self.tree.written_at(path)
    }
}

/// Collects the patterns of all `.sourceignore` files, those of a directory before those below it.
fn ignore_files(tree: &dyn Tree, directory: &str, patterns: &mut Vec<Pattern>) {
    let entries = tree.list(directory);
    if entries.iter().any(|(name, _)| name == ".sourceignore")
        && let Ok(bytes) = tree.read(&join(directory, ".sourceignore"))
    {
        patterns.extend(parse_lines(&String::from_utf8_lossy(&bytes), directory));
    }
    for (name, kind) in entries {
        let path = join(directory, &name);
        if kind == EntryKind::Directory && name != ".git" && tree.link_target(&path).is_none() {
            ignore_files(tree, &path, patterns);
        }
    }
}

fn parse_lines(text: &str, domain: &str) -> Vec<Pattern> {
    let lines = text.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty());
    lines.map(|l| Pattern::parse(l, domain)).collect()
}

/// What a pattern says of one part of a path.
#[derive(Debug)]
struct Part {
    text: String,
    pattern: PathPattern,
}

/// One line of an ignore file, as go-git reads it.
#[derive(Debug)]
struct Pattern {
    domain: Vec<String>,
    parts: Vec<Part>,
    includes: bool,
    directories_only: bool,
}

impl Pattern {
    fn parse(line: &str, domain: &str) -> Self {
        let (includes, line) = match line.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let line = if line.ends_with("\\ ") { line } else { line.trim_end_matches(' ') };
        let (directories_only, line) = match line.strip_suffix('/') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let domain = domain.split('/').filter(|p| !p.is_empty()).map(str::to_owned).collect();
        let part = |p: &str| Part { text: p.to_owned(), pattern: PathPattern::parse(p) };
        let parts = line.split('/').map(part).collect();
        Self { domain, parts, includes, directories_only }
    }

    /// Whether a file is left out; `None` where the pattern says nothing of it.
    fn verdict(&self, path: &[&str]) -> Option<bool> {
        let inside =
            path.len() > self.domain.len() && self.domain.iter().eq(&path[..self.domain.len()]);
        let below = path.get(self.domain.len()..).filter(|_| inside)?;
        let fits = match self.parts.as_slice() {
            [name] => self.fits_name(name, below),
            parts => self.fits_path(parts, below),
        };
        fits.then_some(!self.includes)
    }

    /// A pattern without `/` fits the file or any directory above it.
    fn fits_name(&self, name: &Part, path: &[&str]) -> bool {
        let Some(at) = path.iter().position(|part| name.pattern.fits(part)) else { return false };
        !(self.directories_only && at == path.len() - 1)
    }

    fn fits_path(&self, parts: &[Part], mut path: &[&str]) -> bool {
        let (mut matched, mut anywhere) = (false, false);
        for (i, Part { text, pattern }) in parts.iter().enumerate() {
            if text.is_empty() {
                anywhere = false;
                continue;
            }
            if text == "**" {
                if i == parts.len() - 1 {
                    break;
                }
                anywhere = true;
                continue;
            }
            if text.contains("**") || path.is_empty() {
                return false;
            }
            if anywhere {
                anywhere = false;
                let at = path.iter().position(|p| pattern.fits(p));
                // Once a part has matched, go-git forgets it only when nothing is left to try.
                matched = at.is_some();
                path = at.map_or(&[], |at| &path[at + 1..]);
            } else if pattern.fits(path[0]) {
                matched = true;
                path = &path[1..];
            } else {
                return false;
            }
        }
        matched && !(self.directories_only && path.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(lines: &str, path: &str) -> bool {
        let patterns = parse_lines(lines, "");
        let parts: Vec<&str> = path.split('/').collect();
        patterns.iter().rev().find_map(|p| p.verdict(&parts)).unwrap_or_default()
    }

    #[test]
    fn patterns_fit_as_in_git() {
        let cases = [
            ("*.md", "docs/a.md", true),
            ("docs/", "docs/a.yaml", true),
            ("docs/", "docs", false),
            ("/docs", "a/docs/b", false),
            ("/*\n!/kubernetes", "kubernetes/a.yaml", false),
            ("/*\n!/kubernetes", "ansible/a.yaml", true),
            ("**/.sops.yaml", ".sops.yaml", true),
            ("**/.sops.yaml", "a/b/.sops.yaml", true),
            ("a/**/z", "a/b/c/z", true),
            ("a/**", "a/b/c", true),
            ("# a", "# a", false),
            ("a/*.yaml", "a/b/c.yaml", false),
        ];
        for (lines, path, want) in cases {
            assert_eq!(ignored(lines, path), want, "{lines:?} {path}");
        }
    }
}
