//! Cases of `testdata/argocd`: a repository, perhaps a `config.yaml`, and what each cluster is given, in
//! `expected.txt`. Run with `UPDATE_EXPECTED=1` set to write that anew.
#![expect(clippy::disallowed_methods, reason = "a test reads its cases")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gitops_fleet::{Memo, SourceTree, SourceTrees, World, follow};
use gitops_model::{ClusterState, Deployed, Resource, Revision, SourceRef, Tracks, Tree};
use gitops_testkit::MemoryTree;
use gitops_yaml::{ContentId, Exposure, Node, Sources, Span};

/// The repository's address.
const URL: &str = "https://git.example/org/fleet.git";

/// Every revision gives the same files.
struct OneTree(Arc<dyn Tree>);

impl SourceTrees for OneTree {
    fn tree(&self, _: &str, _: &SourceRef, _: Option<&str>, _: &Tracks) -> SourceTree {
        let revision = Some(Revision("0123456789abcdef0123456789abcdef01234567".into()));
        SourceTree::Here { tree: self.0.clone(), revision, deployed: Deployed::Reference }
    }
}

fn read_files(folder: &Path, top: &Path, tree: &mut MemoryTree) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_files(&path, top, tree);
        } else {
            let text = std::fs::read_to_string(&path).expect("a text file");
            let relative = path.strip_prefix(top).expect("a file below").to_string_lossy();
            tree.add(&relative, &text);
        }
    }
}

fn states(case: &Path, sources: &Sources) -> Vec<ClusterState> {
    let mut files = MemoryTree::default();
    read_files(&case.join("repo"), &case.join("repo"), &mut files);
    let tree: Arc<dyn Tree> = Arc::new(files);
    let text = std::fs::read(case.join("config.yaml")).unwrap_or_default();
    let config = gitops_config::read(&sources.load("config.yaml", ContentId::of(&text), &text)).0;
    let world = World {
        tree: &tree,
        sources,
        memo: &Memo::default(),
        trees: &OneTree(tree.clone()),
        config: &config,
        urls: &[URL.to_owned()],
        target_branch: Some("main"),
        deferred: &|_| false,
    };
    follow(&world)
}

/// `file:line`
fn at(sources: &Sources, span: Span) -> String {
    let at = sources.locate(span);
    format!("{}:{}", at.path, at.line)
}

fn shown(state: &ClusterState, sources: &Sources) -> Vec<String> {
    let cluster = &state.cluster;
    let mut lines = vec![format!("cluster {} ({})", cluster.name, cluster.environment.as_str())];
    for source in &state.sources {
        let (tracks, here) = (&source.tracks, if source.here { "here" } else { "elsewhere" });
        let (kind, reference) = (tracks.kind(), tracks.reference());
        lines.push(format!("  {} follows {kind} {reference} {here}", source.object));
    }
    for unit in &state.units {
        let flags = [(unit.prune, "prune"), (unit.force, "force"), (unit.suspended, "suspended")];
        let flags: Vec<&str> = flags.iter().filter(|(on, _)| *on).map(|(_, f)| *f).collect();
        let rendered = if unit.inputs.is_some() { "" } else { " not rendered" };
        lines.push(format!("  {} {} {:?} {flags:?}{rendered}", unit.id, unit.path, unit.mode));
        unit.resources.iter().for_each(|r| lines.extend(object(r, sources)));
    }
    lines.extend(state.releases.iter().flat_map(|r| support::release(r, sources)));
    let place = |span: Option<Span>| span.map(|s| at(sources, s)).unwrap_or_default();
    let problems = state.problems.iter();
    lines.extend(problems.map(|p| format!("  problem {} {}", place(p.span), p.message)));
    lines.extend(state.unchecked.iter().flat_map(|gap| support::gap(gap, sources)));
    lines
}

/// An object, and of each value that more than one line has a hand in: who wrote it, newest first.
fn object(resource: &Resource, sources: &Sources) -> Vec<String> {
    let mut lines = vec![format!("    {}", resource.key)];
    let own = sources.locate(resource.body.span()).path;
    resource.body.walk(&mut |node: &Node| {
        let Some(scalar) = node.as_scalar() else { return };
        let writers: Vec<Span> = node.origin.writers().collect();
        let is_secret = scalar.exposure == Exposure::Secret;
        let is_plain = writers.len() == 1 && sources.locate(node.span()).path == own;
        if !is_plain || is_secret {
            let text = if is_secret { "<secret>" } else { scalar.text.as_str() };
            let writers: Vec<String> = writers.into_iter().map(|s| at(sources, s)).collect();
            lines.push(format!("      {text:?} {}", writers.join(" < ")));
        }
    });
    lines
}

fn check(case: &Path) {
    let sources = Sources::default();
    let lines = states(case, &sources).iter().flat_map(|s| shown(s, &sources)).collect::<Vec<_>>();
    let got = lines.join("\n") + "\n";
    let expected = case.join("expected.txt");
    if std::env::var("UPDATE_EXPECTED").is_ok() {
        std::fs::write(&expected, &got).expect("a file that can be written");
    }
    let want = std::fs::read_to_string(&expected).unwrap_or_default();
    assert_eq!(got, want, "{}", case.display());
}

#[test]
fn clusters_are_given_what_argo_cd_makes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/argocd");
    let entries = std::fs::read_dir(folder).expect("the folder of cases").flatten();
    let mut cases: Vec<PathBuf> = entries.map(|e| e.path()).filter(|p| p.is_dir()).collect();
    cases.sort();
    assert!(cases.len() >= 4, "cases are missing");
    cases.iter().for_each(|case| check(case));
}
