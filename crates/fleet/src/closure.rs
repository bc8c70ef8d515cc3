//! What the build of a folder can read at most, told without building it.
//!
//! A build reads its folder and what kustomization files in there name outside of it, and so on. All of these
//! are taken whole: too much never misses a change. Where none of their texts can become an object that a
//! controller acts on, the folder leads nowhere, and need not be built to know what else is to be followed.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use gitops_model::{EntryKind, Tree, clean_path};
use gitops_yaml::{ContentId, Node};
use regex::bytes::Regex;

use crate::World;
use crate::files::{is_within, join, load, parent};
use crate::flux::is_kustomization;

/// Words without which no text becomes an object that makes a controller follow or read more.
const WORDS: &str = r"kustomize\.toolkit\.fluxcd\.io|GitRepository|OCIRepository|\bBucket\b|ExternalArtifact|ArtifactGenerator|ResourceSet|argoproj\.io/(v|secret-type)";

/// Ways to say such a word without writing it: a kind or version that is put together elsewhere, a key that is
/// a variable, letters that are escaped.
const DISGUISES: [&str; 5] = [
    r#"\b(apiVersion|kind)["']?\s*:\s*[^\n]*[$\\]"#,
    r#"(?m)^[^#:\n]*\$\{[^\n]*\}[^:\n]*:(\s|$)"#,
    r#"\bpath["']?\s*:\s*["']?/(apiVersion|kind)\b"#,
    r#"\bfieldPaths?["']?\s*:[^\n]*\b(apiVersion|kind)\b|(?m)^\s*-\s*["']?(apiVersion|kind)["']?\s*$"#,
    r"\\(x|u00|U000000)(2[eEfF]|3[0-9]|[4-7][0-9a-fA-F])",
];

/// Fields of a kustomization whose files say what else is read.
const PROGRAMS: [&str; 3] = ["generators", "transformers", "validators"];

/// What the files of one folder say of its builds.
#[derive(Debug, Default, Clone)]
pub(crate) struct Part {
    /// Whether it may lead on, or cannot be told.
    leads_on: bool,
    /// What its kustomization files name outside of it.
    outside: Vec<String>,
}

/// The hash of all that a build of some folders can read, if they lead nowhere and that can be told.
pub(crate) fn closure(world: &World, tree: &dyn Tree, starts: Vec<String>) -> Option<ContentId> {
    let mut open = starts;
    let mut digests = BTreeMap::new();
    while let Some(path) = open.pop() {
        if digests.contains_key(&path) {
            continue;
        }
        let digest = tree.digest(&path);
        if let Some(digest) = digest {
            let part = world.memo.part(&path, digest, || Part::of(world, tree, &path));
            if part.leads_on {
                return None;
            }
            open.extend(part.outside.iter().cloned());
        } else if tree.kind(&path).is_some() {
            return None;
        }
        digests.insert(path, digest);
    }
    Some(ContentId::of_values(&digests))
}

/// The paths outside of a folder that the texts of a node name.
pub(crate) fn outside(node: &Node, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    node.walk(&mut |node| {
        // `key=path` is a path, too.
        let text = node.text().filter(|t| !t.contains('\n')).unwrap_or_default();
        let ends = text.match_indices('=').map(|(at, _)| at + 1);
        for path in std::iter::once(0).chain(ends).filter_map(|at| text.get(at..)) {
            if path.starts_with('/') || path.split('/').any(|part| part == "..") {
                let path = if path.starts_with('/') { path.to_owned() } else { join(folder, path) };
                found.extend(clean_path(&path).filter(|p| !is_within(p, folder)));
            }
        }
    });
    found
}

/// Whether a text may become an object that leads on, or change one into such.
pub(crate) fn leads_on(text: &[u8]) -> bool {
    // Text of UTF-16 has other bytes.
    if matches!(text, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return true;
    }
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    // Bytes, not letters: only so is text that is not ASCII searched as fast.
    let pattern = || format!("(?-u){WORDS}|{}", DISGUISES.join("|"));
    PATTERN.get_or_init(|| Regex::new(&pattern()).expect("a constant pattern")).is_match(text)
}

/// Whether any text of a node may.
pub(crate) fn node_leads_on(node: &Node) -> bool {
    let mut found = false;
    node.walk(&mut |n| {
        found |= n.text().is_some_and(|t| leads_on(t.as_bytes()));
        found |= n.entries().iter().any(|e| leads_on(e.key.as_bytes()));
    });
    found
}

impl Part {
    fn of(world: &World, tree: &dyn Tree, path: &str) -> Self {
        let mut part = Self::default();
        match tree.kind(path) {
            Some(EntryKind::Directory) => part.add_folder(world, tree, path),
            _ => part.add_file(world, tree, path),
        }
        part.outside.retain(|p| !is_within(p, path));
        part
    }

    fn add_folder(&mut self, world: &World, tree: &dyn Tree, folder: &str) {
        for (name, kind) in tree.list(folder) {
            let path = join(folder, &name);
            match kind {
                EntryKind::Directory => self.add_folder(world, tree, &path),
                EntryKind::File => self.add_file(world, tree, &path),
            }
            if self.leads_on {
                return;
            }
        }
    }

    fn add_file(&mut self, world: &World, tree: &dyn Tree, path: &str) {
        let read = |id| match world.sources.loaded(&tree.written_at(path), id) {
            Some(file) => leads_on(file.source.text.as_bytes()),
            None => tree.read(path).map_or(true, |bytes| leads_on(&bytes)),
        };
        let id = tree.content_id(path);
        self.leads_on = id.map_or(true, |id| world.memo.leads_on(id, || read(id)));
        // Jsonnet says in its own way what it reads.
        self.leads_on |= path.ends_with(".jsonnet");
        if self.leads_on || !is_kustomization(path) {
            return;
        }
        let Ok(file) = load(world.sources, tree, path) else { return self.leads_on = true };
        for document in &file.documents {
            let runs = |f: &&str| document.get(f).is_some_and(|n| !n.items().is_empty());
            self.leads_on |= PROGRAMS.iter().any(runs);
            self.outside.extend(outside(document, parent(path)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::leads_on;

    #[test]
    fn what_may_become_something_to_follow_leads_on() {
        let leading = [
            "apiVersion: kustomize.toolkit.fluxcd.io/v1",
            "kind: GitRepository",
            "apiVersion: argoproj.io/v1alpha1",
            "labels: {argocd.argoproj.io/secret-type: cluster}",
            "apiVersion: ${group}/v1",
            "kind:\n  \"Kustom\\\n  ization\"",
            "a: 1\n${key}: Kustomization",
            "\"${key}\" : Kustomization",
            "- op: replace\n  path: /kind\n  value: Other",
            "fieldPaths: [kind]",
            "fieldPaths:\n- metadata.name\n- apiVersion\n",
            "x: \"\\x4bustomization\"",
            "x: \"\\u004bustomization\"",
        ];
        for text in leading {
            assert!(leads_on(text.as_bytes()), "{text}");
        }
        assert!(leads_on(b"\xff\xfea\0"));
    }

    #[test]
    fn what_applications_are_made_of_leads_nowhere() {
        let plain = [
            "apiVersion: apps/v1\nkind: Deployment",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]",
            "annotations: {argocd.argoproj.io/sync-wave: \"1\"}",
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository",
            "image: ${registry}/web:${tag}",
            "url: http://${host}:8080/",
            "- op: replace\n  path: /spec/replicas",
            "x: \"\\u003ca\\u003e\"",
        ];
        for text in plain {
            assert!(!leads_on(text.as_bytes()), "{text}");
        }
    }
}
