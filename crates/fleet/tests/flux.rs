//! Small repositories and what their clusters are given: `testdata/flux/<case>/repo` and `expected.txt`.
//!
//! To write `expected.txt` anew, run with `UPDATE_EXPECTED=1` and read the difference.
#![allow(clippy::disallowed_methods, reason = "tests read their own cases")]

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gitops_fleet::{Memo, SourceTree, SourceTrees, World, follow};
use gitops_model::{ClusterState, Deployed, EntryKind, SourceRef, Tracks, Tree, TreeError, Unit};
use gitops_yaml::{ContentId, Node, PrintOptions, SmolStr, Sources, Span, print};

struct Directory(PathBuf);

impl Tree for Directory {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        let found = std::fs::metadata(self.0.join(path)).ok()?;
        Some(if found.is_dir() { EntryKind::Directory } else { EntryKind::File })
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        Ok(ContentId::of(&self.read(path)?))
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        let missing = |_| TreeError::Missing(path.to_owned());
        std::fs::read(self.0.join(path)).map(Arc::from).map_err(missing)
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        let entries = std::fs::read_dir(self.0.join(path)).into_iter().flatten().flatten();
        let mut entries: Vec<_> = entries
            .map(|e| {
                let is_directory = e.path().is_dir();
                let kind = if is_directory { EntryKind::Directory } else { EntryKind::File };
                (SmolStr::new(e.file_name().to_string_lossy()), kind)
            })
            .collect();
        entries.sort();
        entries
    }
}

struct OneTree(Arc<dyn Tree>);

impl SourceTrees for OneTree {
    fn tree(&self, _: &str, _: &SourceRef, _: Option<&str>, _: &Tracks) -> SourceTree {
        SourceTree::Here { tree: self.0.clone(), revision: None, deployed: Deployed::Assumed }
    }
}

struct Summary<'s> {
    sources: &'s Sources,
    text: String,
}

impl Summary<'_> {
    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        writeln!(self.text, "{text}").expect("a string takes all text");
    }

    fn at(&self, span: Option<Span>) -> String {
        let Some(span) = span else { return "nowhere".to_owned() };
        let at = self.sources.locate(span);
        format!("{}:{}", at.path, at.line)
    }

    fn cluster(&mut self, state: &ClusterState) {
        let cluster = &state.cluster;
        let reached = if cluster.reached { "" } else { ", not reached" };
        let environment = cluster.environment.as_str();
        self.line(format_args!(
            "cluster {} ({environment}{reached}) at {:?}",
            cluster.name, cluster.path
        ));
        for source in &state.sources {
            let (kind, reference) = (source.tracks.kind(), source.tracks.reference());
            let here = if source.here { "here" } else { "elsewhere" };
            self.line(format_args!(
                "  source {} follows {kind} {reference:?}, {here}",
                source.object
            ));
        }
        state.units.iter().for_each(|unit| self.unit(unit));
        let releases = state.releases.iter().flat_map(|r| support::release(r, self.sources));
        releases.for_each(|line| self.line(format_args!("{line}")));
        for problem in &state.problems {
            let at = self.at(problem.span);
            self.line(format_args!("  problem {at}: {}", problem.message));
        }
        let gaps = state.unchecked.iter().flat_map(|gap| support::gap(gap, self.sources));
        gaps.for_each(|line| self.line(format_args!("{line}")));
    }

    fn unit(&mut self, unit: &Unit) {
        let flags = [(unit.prune, "prune"), (unit.force, "force"), (unit.suspended, "suspended")];
        let flags: Vec<&str> =
            flags.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect();
        let state = if unit.inputs.is_some() { "" } else { ", not rendered" };
        self.line(format_args!("  {} at {:?} [{}]{state}", unit.id, unit.path, flags.join(", ")));
        for object in unit.resources.iter() {
            self.line(format_args!("    {} {}", object.gvk.api_version(), object.key));
            // Objects of controllers are told by the units that they make.
            if !object.gvk.group.contains("fluxcd") {
                let text = print(&object.body, &PrintOptions::READABLE);
                text.lines().for_each(|line| self.line(format_args!("      | {line}")));
                self.history(&object.body);
            }
        }
    }

    /// Who wrote the values that have more than one writer.
    fn history(&mut self, node: &Node) {
        let mut written = Vec::new();
        node.walk(&mut |n| {
            let writers: Vec<Span> = n.origin.writers().collect();
            if let (Some(text), true) = (n.text(), writers.len() > 1) {
                written.push((text.to_owned(), writers));
            }
        });
        for (text, writers) in written {
            let writers: Vec<String> = writers.iter().map(|s| self.at(Some(*s))).collect();
            self.line(format_args!("      {text:?} by {}", writers.join(" over ")));
        }
    }
}

fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/flux").join(case)
}

/// What a case's clusters are given, in a clone with this remote.
fn summary(case: &str, remote: &str) -> String {
    let folder = folder(case);
    let tree: Arc<dyn Tree> = Arc::new(Directory(folder.join("repo")));
    let (sources, memo, trees) = (Sources::default(), Memo::default(), OneTree(tree.clone()));
    let config = match tree.read(".gitops-lint.yaml") {
        Ok(bytes) => {
            let file = sources.load(".gitops-lint.yaml", ContentId::of(&bytes), &bytes);
            gitops_config::read(&file).0
        }
        Err(_) => Default::default(),
    };
    let world = World {
        tree: &tree,
        sources: &sources,
        memo: &memo,
        trees: &trees,
        config: &config,
        urls: &[remote.to_owned()],
        target_branch: Some("main"),
        deferred: &|_| false,
    };
    let states = follow(&world);
    let mut summary = Summary { sources: &sources, text: String::new() };
    states.iter().for_each(|state| summary.cluster(state));

    // A second state with equal inputs shares everything.
    for (first, again) in states.iter().zip(follow(&world)) {
        for (first, again) in first.units.iter().zip(&again.units) {
            assert_eq!(first.inputs, again.inputs);
            let shared = first.resources.iter().zip(again.resources.iter());
            assert!(
                shared.into_iter().all(|(a, b)| Arc::ptr_eq(a, b)),
                "{} is rendered twice",
                first.id
            );
        }
    }
    summary.text
}

fn check(case: &str) {
    let summary = summary(case, "https://example.com/org/fleet");
    let path = folder(case).join("expected.txt");
    if std::env::var("UPDATE_EXPECTED").is_ok() {
        std::fs::write(&path, &summary).expect("the case can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == summary, "{case} gives\n{summary}");
}

/// The address of a clone made from a folder is the one that its entry points name.
#[test]
fn a_remote_that_is_a_path_changes_nothing() {
    for case in ["bootstrap", "flux-instance", "roots"] {
        assert_eq!(
            summary(case, "/srv/git/fleet"),
            summary(case, "https://example.com/org/fleet"),
            "{case}"
        );
    }
}

macro_rules! cases {
    ($($name:ident: $folder:literal;)*) => {
        $(#[test] fn $name() { check($folder); })*
    };
}

cases! {
    bootstrap: "bootstrap";
    variables: "variables";
    hub_and_spoke: "hub-and-spoke";
    flux_instance: "flux-instance";
    artifact_generator: "artifact-generator";
    resource_set: "resource-set";
    other_sources: "other-sources";
    shared_folders: "shared-folders";
    strict_variables: "strict-variables";
    roots: "roots";
    plain: "plain";
    include: "include";
    input_providers: "input-providers";
    chart_values: "chart-values";
    handed_down: "handed-down";
    artifact_elsewhere: "artifact-elsewhere";
    artifact_of_a_folder: "artifact-of-a-folder";
    unknown_paths: "unknown-paths";
    charts_of_roots: "charts-of-roots";
    chart_files: "chart-files";
}

/// Every case has a test.
#[test]
fn no_case_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/flux");
    let here = include_str!("flux.rs");
    for case in std::fs::read_dir(folder).unwrap().flatten() {
        let name = case.file_name().to_string_lossy().into_owned();
        assert!(here.contains(&format!(": \"{name}\";")), "`{name}` has no test");
    }
}
