//! A state that is followed after another one, with what was kept of it, is what it is when it is followed
//! alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use gitops_config::Config;
use gitops_fleet::{Memo, SourceTree, SourceTrees, World, follow};
use gitops_model::{ClusterState, Deployed, SourceRef, Tracks, Tree};
use gitops_testkit::MemoryTree;
use gitops_yaml::{PrintOptions, Sources, print};

type Files = BTreeMap<String, String>;

struct OneTree(Arc<dyn Tree>);

impl SourceTrees for OneTree {
    fn tree(&self, _: &str, _: &SourceRef, _: Option<&str>, _: &Tracks) -> SourceTree {
        SourceTree::Here { tree: self.0.clone(), revision: None, deployed: Deployed::Assumed }
    }
}

const SYNC: &str = "
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {url: https://example.com/fleet, ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {path: ./clusters/NAME, sourceRef: {kind: GitRepository, name: flux-system}}
";
const CLUSTER: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: flux-system}
data: {region: NAME-region}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps/NAME
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}
";
const APP: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: web, namespace: shop}
data: {region: '${region}', size: small}
";

fn fleet() -> Files {
    let mut files = Files::new();
    let mut add = |path: String, text: &str| files.insert(path, text.to_owned());
    add("apps/base/web.yaml".into(), APP);
    add("apps/base/kustomization.yaml".into(), "resources: [web.yaml]");
    for name in ["a", "b", "c"] {
        add(format!("clusters/{name}/flux-system/gotk-sync.yaml"), &SYNC.replace("NAME", name));
        add(format!("clusters/{name}/apps.yaml"), &CLUSTER.replace("NAME", name));
        let overlay = "resources: [../base]\ncommonAnnotations: {of: NAME}";
        add(format!("apps/{name}/kustomization.yaml"), &overlay.replace("NAME", name));
    }
    files
}

fn state(files: &Files, sources: &Sources, memo: &Memo) -> String {
    follow_with(files, sources, memo, &|_| false).iter().map(told).collect()
}

fn follow_with(
    files: &Files,
    sources: &Sources,
    memo: &Memo,
    deferred: &(dyn Fn(&str) -> bool + Sync),
) -> Vec<ClusterState> {
    let tree: Arc<dyn Tree> = Arc::new(files.iter().collect::<MemoryTree>());
    let world = World {
        tree: &tree,
        sources,
        memo,
        trees: &OneTree(tree.clone()),
        config: &Config::default(),
        urls: &[],
        target_branch: None,
        deferred,
    };
    follow(&world)
}

fn told(state: &ClusterState) -> String {
    let mut text = format!("{:?}\n", state.cluster);
    let mut line = |line: String| writeln!(text, "{line}").expect("text takes every line");
    for source in &state.sources {
        line(format!("{} {:?} {}", source.object, source.tracks, source.here));
    }
    for unit in &state.units {
        line(format!("{} {} {:?} {:?}", unit.id, unit.path, unit.inputs, unit.source));
        unit.resources.iter().for_each(|r| line(print(&r.body, &PrintOptions::READABLE)));
    }
    state.problems.iter().for_each(|p| line(p.message.clone()));
    state.unchecked.iter().for_each(|u| line(format!("{}: {}", u.what, u.why)));
    text
}

/// A change to a fleet.
type Change = fn(&mut Files);

fn replace(files: &mut Files, path: &str, from: &str, to: &str) {
    let text = files.get_mut(path).expect("the fleet has the file");
    assert!(text.contains(from), "{path}");
    *text = text.replace(from, to);
}

const CHANGES: [(&str, Change); 10] = [
    ("nothing", |_| {}),
    ("an overlay", |f| replace(f, "apps/b/kustomization.yaml", "of: b", "of: d")),
    ("a base", |f| replace(f, "apps/base/web.yaml", "small", "large")),
    ("a variable", |f| replace(f, "clusters/c/apps.yaml", "c-region", "d-region")),
    ("a path", |f| replace(f, "clusters/a/apps.yaml", "apps/a", "apps/b")),
    ("a file that a folder is found to hold", |f| {
        f.insert("clusters/a/more.yaml".into(), APP.replace("shop", "more"));
    }),
    ("a kustomization in a folder without one", |f| {
        f.insert("clusters/a/kustomization.yaml".into(), "resources: [apps.yaml]".into());
    }),
    ("what is ignored", |f| drop(f.insert(".sourceignore".into(), "/apps/b/".into()))),
    ("a cluster that goes", |f| f.retain(|path, _| !path.starts_with("clusters/b/"))),
    ("a source that follows another branch", |f| {
        replace(f, "clusters/b/flux-system/gotk-sync.yaml", "main", "next");
    }),
];

#[test]
fn what_is_kept_of_one_state_changes_nothing_in_another() {
    let base = fleet();
    for (name, change) in CHANGES {
        let mut head = base.clone();
        change(&mut head);
        for (first, second) in [(&base, &head), (&head, &base)] {
            let (sources, memo) = <(Sources, Memo)>::default();
            state(first, &sources, &memo);
            let after = state(second, &sources, &memo);
            let alone = state(second, &sources, &Memo::default());
            assert!(!alone.is_empty() && after == alone, "{name}:\n{after}\nalone:\n{alone}");
        }
        // Ids of inputs hold spans, which mean the same among the same sources only.
        let sources = Sources::default();
        let [before, after] = [&base, &head].map(|f| state(f, &sources, &Memo::default()));
        assert_eq!(before == after, name == "nothing", "{name}");
    }
}

#[test]
fn of_deferred_clusters_only_what_leads_on_is_built() {
    let files = fleet();
    let (sources, memo) = <(Sources, Memo)>::default();
    let all = follow_with(&files, &sources, &memo, &|_| false);
    let some = follow_with(&files, &sources, &Memo::default(), &|name| name != "b");
    for (full, state) in all.iter().zip(&some) {
        let names = |s: &ClusterState| s.units.iter().map(|u| u.id.clone()).collect::<Vec<_>>();
        assert_eq!(names(full), names(state));
        let built = state.units.iter().map(|u| !u.resources.is_empty()).collect::<Vec<_>>();
        assert_eq!(built, [true, state.cluster.name == "b"], "{}", state.cluster.name);
        assert!(state.units.iter().all(|u| u.inputs.is_some()));
        assert_eq!(state.sources, full.sources);
    }
}
