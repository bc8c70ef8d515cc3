//! The forms of `diff`: which two states are compared, and what each cluster gets when.

#![expect(clippy::disallowed_methods, reason = "tests make the repositories they run on")]

mod support;

use serde_json::Value;
use support::Repo;

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: 'web:1'}]
";

fn renamed() -> String {
    DEPLOYMENT.replace("app: web", "app: store")
}

/// A folder of objects on `main`, with one commit.
fn plain() -> Repo {
    let repo = Repo::new();
    repo.write("web.yaml", DEPLOYMENT).commit("start");
    repo
}

/// The demo fleet with its tags, its change not yet made.
fn fleet() -> Repo {
    let repo = Repo::new();
    repo.copy("fleet-demo/base").commit("start");
    repo.git(&["tag", "prod-v1.3.2"]);
    repo.git(&["tag", "staging-v1.4.0"]);
    repo
}

/// The refused objects, with the clusters that get them.
fn refused(report: &Value) -> Vec<(String, String, Vec<String>)> {
    let findings = report["findings"].as_array().expect("findings");
    let texts = |v: &Value| {
        v.as_array().into_iter().flatten().filter_map(|c| c.as_str().map(str::to_owned)).collect()
    };
    findings
        .iter()
        .filter(|f| f["apply"] == "rejected")
        .map(|f| {
            let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
            (text(&f["object"]["name"]), text(&f["effect"]), texts(&f["clusters"]))
        })
        .collect()
}

#[test]
fn without_arguments_the_work_tree_is_compared_with_the_merge_base() {
    let repo = plain();
    repo.git(&["checkout", "-q", "-b", "change"]);
    repo.write("web.yaml", &renamed());
    let said = repo.run(&["diff", "--format", "json"]);
    assert_eq!(refused(&said.json()).len(), 1, "{}", said.out);
    assert_eq!(said.code, 1);
}

#[test]
fn staged_compares_head_with_the_index_alone() {
    let repo = plain();
    repo.write("web.yaml", &renamed());
    let nothing = repo.run(&["diff", "--staged", "--format", "json"]);
    assert!(refused(&nothing.json()).is_empty());
    assert_eq!(nothing.code, 0);
    repo.git(&["add", "-A"]);
    repo.write("web.yaml", DEPLOYMENT);
    let staged = repo.run(&["diff", "--staged", "--format", "json"]);
    assert_eq!(refused(&staged.json()).len(), 1);
}

#[test]
fn two_revisions_are_compared_whatever_the_work_tree_holds() {
    let repo = plain();
    repo.write("web.yaml", &renamed()).commit("rename");
    repo.write("web.yaml", "a: [");
    let said = repo.run(&["diff", "--base", "HEAD~1", "--head", "HEAD", "--format", "json"]);
    assert_eq!(refused(&said.json()).len(), 1);
}

#[test]
fn two_folders_and_two_files_need_no_git() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in [("old", DEPLOYMENT), ("new", &renamed())] {
        std::fs::create_dir(folder.path().join(name)).expect("a folder");
        std::fs::write(folder.path().join(name).join("web.yaml"), text).expect("a file");
        std::fs::write(folder.path().join(format!("{name}.yaml")), text).expect("a file");
    }
    for (from, to) in [("old", "new"), ("old.yaml", "new.yaml")] {
        let said =
            support::run(folder.path(), &["diff", "--from", from, "--to", to, "--format", "json"]);
        assert_eq!(refused(&said.json()).len(), 1, "{from}: {}", said.out);
    }
}

#[test]
fn clusters_behind_a_tag_get_the_change_later() {
    let repo = fleet();
    repo.git(&["checkout", "-q", "-b", "change"]);
    repo.copy("fleet-demo/head").commit("rename");
    let said = repo.run(&["diff", "--base", "main", "--head", "change", "--format", "json"]);
    let web: Vec<_> = refused(&said.json()).into_iter().filter(|(n, ..)| n == "web").collect();
    let expected = [
        ("web".to_owned(), "now".to_owned(), vec!["dev".to_owned(), "prod-us".to_owned()]),
        ("web".to_owned(), "queued".to_owned(), vec!["prod-eu".to_owned(), "staging".to_owned()]),
    ];
    assert_eq!(web, expected, "{}", said.out);
}

#[test]
fn what_waits_for_a_promotion_already_is_told_apart_from_the_change() {
    let repo = fleet();
    repo.copy("fleet-demo/head").commit("rename");
    repo.git(&["checkout", "-q", "-b", "change"]);
    let checkout = "apps/base/checkout.yaml";
    let text = std::fs::read_to_string(repo.path().join(checkout)).expect("a file");
    let image = text.replace("checkout:2.8.0", "checkout:2.8.1");
    repo.write(checkout, &image).commit("bump");
    let said = repo.run(&["diff", "--base", "main", "--head", "change", "--format", "json"]);
    let report = said.json();
    let all = |what: &str| report[what].as_array().expect("a list").clone();
    let suppressed: Vec<Value> = all("findings")
        .into_iter()
        .filter(|f| f["apply"] == "rejected")
        .map(|f| f["suppressed"]["by"].clone())
        .collect();
    assert!(!suppressed.is_empty(), "{}", said.out);
    assert!(suppressed.iter().all(|by| by == "baseline"), "{}", said.out);
    let name = |c: &Value| c["object"]["name"].as_str().unwrap_or_default().to_owned();
    let (waiting, new): (Vec<Value>, Vec<Value>) =
        all("changes").into_iter().partition(|c| c["waits"] == true);
    assert!(waiting.iter().any(|c| name(c) == "web"), "{}", said.out);
    assert!(new.iter().all(|c| name(c) == "checkout"), "{}", said.out);
    assert_eq!(report["rollback"], serde_json::json!([]), "{}", said.out);
    assert_eq!(said.code, 0, "{}", said.out);
}

#[test]
fn a_deployed_revision_can_be_named() {
    let repo = fleet();
    repo.copy("fleet-demo/head").commit("rename");
    repo.write("README.md", "later").commit("later");
    // The cluster is said to run the renamed state already, so nothing is left to refuse on it.
    let deployed = [
        "diff",
        "--base",
        "HEAD~2",
        "--head",
        "HEAD",
        "--format",
        "json",
        "--deployed",
        "dev=HEAD~1",
    ];
    let clusters: Vec<_> =
        refused(&repo.run(&deployed).json()).into_iter().flat_map(|(_, _, c)| c).collect();
    assert!(!clusters.contains(&"dev".to_owned()), "{clusters:?}");
    assert!(clusters.contains(&"prod-us".to_owned()), "{clusters:?}");
}

#[test]
fn a_missing_tag_says_what_to_fetch() {
    let repo = fleet();
    repo.git(&["tag", "-d", "prod-v1.3.2"]);
    let said = repo.run(&["clusters"]);
    assert!(
        said.out.contains("`prod-v1.3.2`")
            || said.out.contains("prod-v1.3.2` is not in this clone"),
        "{}",
        said.out
    );
    assert!(said.out.contains("git fetch --tags"), "{}", said.out);
}

#[test]
fn a_shallow_clone_says_how_to_deepen_it() {
    let repo = plain();
    repo.write("web.yaml", &renamed()).commit("rename");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("file://{}", repo.path().display());
    support::git(folder.path(), &["clone", "-q", "--depth", "1", &url, "clone"]);
    let said = support::run(&folder.path().join("clone"), &["diff", "--base", "HEAD~1"]);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("fetch-depth: 0"), "{}", said.err);
}

#[test]
fn the_world_can_fail_in_one_clear_sentence() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let no_git = support::run(folder.path(), &["diff"]);
    assert_eq!(no_git.code, 2);
    assert!(no_git.err.contains("no git repository"), "{}", no_git.err);

    let repo = plain();
    let unknown = repo.run(&["diff", "--base", "nowhere"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("`nowhere` is not in this clone"), "{}", unknown.err);

    let empty = Repo::new();
    let unborn = empty.run(&["diff"]);
    assert!(unborn.code == 2 && unborn.err.contains("no commit yet"), "{}", unborn.err);
    empty.commit("nothing");
    assert_eq!(empty.run(&["check"]).code, 3);
    assert_eq!(empty.run(&["clusters"]).code, 3);
}

#[test]
fn a_folder_outside_of_clones_is_a_repository_of_its_own() {
    let parent = Repo::new();
    for folder in ["one", "two"] {
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n";
        parent.write(&format!("{folder}/map.yaml"), map);
    }
    std::fs::rename(parent.path().join(".git"), parent.path().join("git")).expect("it is renamed");
    assert_eq!(parent.run(&["check", "one"]).code, 0);
    let wrong = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: 1}\n";
    parent.write("two/map.yaml", wrong);
    assert_eq!(parent.run(&["check", "one"]).code, 0, "what stands beside it is not read");
    assert_eq!(parent.run(&["check", "two"]).code, 1);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let repo = fleet();
    repo.copy("fleet-demo/head");
    for format in ["json", "sarif", "terminal"] {
        let one = repo.run(&["diff", "--base", "main", "--format", format, "--jobs", "1"]);
        let eight = repo.run(&["diff", "--base", "main", "--format", format, "--jobs", "8"]);
        assert!(!one.out.is_empty());
        assert_eq!(one.out, eight.out, "{format}");
    }
}

#[test]
fn what_is_asked_for_and_not_there_is_refused() {
    let repo = fleet();
    for arguments in [
        ["diff", "--base", "main", "--cluster", "nowhere"],
        ["diff", "--base", "main", "--kubernetes-version", "1.99"],
    ] {
        let said = repo.run(&arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {}", said.out);
        assert!(said.err.starts_with("error: "), "{}", said.err);
    }
}

const RELEASE: &str = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: shop}
spec:
  chart: {spec: {chart: web, version: 1.2.3, sourceRef: {kind: HelmRepository, name: charts}}}
  valuesFrom: [{kind: ConfigMap, name: web-values}]
  values: {image: {tag: v1}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web-values, namespace: shop}
data:
  values.yaml: |
    replicas: 1
    image: {tag: v0}
";

/// The fields of the release that differ, each as `path: before -> after @line`.
fn of_release(head: &str) -> Vec<String> {
    let repo = Repo::new();
    repo.write("web.yaml", RELEASE).commit("start");
    repo.write("web.yaml", head);
    let report = repo.run(&["diff", "--format", "json"]).json();
    let changes = report["changes"].as_array().expect("changes");
    let release = changes.iter().find(|c| c["object"]["kind"] == "HelmRelease");
    let text = |v: &Value| v.as_str().unwrap_or("-").to_owned();
    let field = |f: &Value| {
        let (path, line) = (text(&f["path"]), &f["location"]["line"]);
        format!("{path}: {} -> {} @{line}", text(&f["before"]), text(&f["after"]))
    };
    let fields = release.map(|r| r["fields"].as_array().expect("fields"));
    fields.into_iter().flatten().map(field).collect()
}

#[test]
fn a_chart_that_moves_is_told_before_its_fields() {
    assert_eq!(
        of_release(&RELEASE.replace("1.2.3", "2.0.0")),
        ["chart: web 1.2.3 -> web 2.0.0 (major) @5", "spec.chart.spec.version: 1.2.3 -> 2.0.0 @5"]
    );
    assert_eq!(
        of_release(&RELEASE.replace("1.2.3", "1.3.0"))[0],
        "chart: web 1.2.3 -> web 1.3.0 (minor) @5"
    );
}

#[test]
fn values_that_change_elsewhere_change_the_release() {
    let head = RELEASE.replace("replicas: 1", "replicas: 3");
    assert_eq!(of_release(&head), ["values.replicas: 1 -> 3 @14"]);
    // What the release itself overrides does not reach the chart.
    assert!(of_release(&RELEASE.replace("tag: v0", "tag: v9")).is_empty());
    // What it says itself is told once.
    let head = RELEASE.replace("tag: v1", "tag: v2");
    assert_eq!(of_release(&head), ["spec.values.image.tag: v1 -> v2 @7"]);
}

const CHART_RELEASE: &str = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: shop}
spec:
  chart:
    spec: {chart: ./charts/web, sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}
";

const CHART_APPLICATION: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  destination: {server: 'https://kubernetes.default.svc', namespace: shop}
  source: {repoURL: 'https://example.com/org/fleet', targetRevision: main, path: charts/web}
";

const SYNC: &str = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {url: 'https://example.com/org/fleet', ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  path: ./clusters/prod
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
";

#[test]
fn a_chart_of_the_repository_whose_files_change_is_told_and_holds() {
    // By Flux, by Argo CD, and by a kustomization that Argo CD builds.
    let installed = [
        ("HelmRelease shop/web", "clusters/prod/web.yaml", CHART_RELEASE.to_owned()),
        ("Application argocd/web", "argocd/web.yaml", CHART_APPLICATION.to_owned()),
        (
            "Application argocd/web",
            "argocd/web.yaml",
            CHART_APPLICATION.replace("charts/web", "apps"),
        ),
    ];
    for (object, path, text) in installed {
        let repo = Repo::new();
        repo.git(&["remote", "add", "origin", "https://example.com/org/fleet"]);
        if object.starts_with("HelmRelease") {
            repo.write("clusters/prod/flux-system/gotk-sync.yaml", SYNC);
        }
        repo.write(
            "apps/kustomization.yaml",
            "helmGlobals: {chartHome: ../charts}\nhelmCharts: [{name: web}]\n",
        );
        repo.write("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
        repo.write("charts/web/templates/web.yaml", "kind: {{ .Values.kind }}\n");
        repo.write(path, &text).commit("start");
        repo.write("charts/web/templates/web.yaml", "kind: Deployment\n");
        let report = repo.run(&["diff", "--format", "json"]).json();
        let unchecked = report["unchecked"].as_array().expect("a list");
        let held = unchecked.iter().any(|u| u["what"] == object && u["changed"] == true);
        assert!(held && report["gate"]["decision"] == "hold", "{object}: {report:#}");
    }
}

/// Its one flaw is there to be shown: a wave that cannot be enforced.
#[test]
fn the_demo_fleet_is_clean_but_for_what_it_shows() {
    let rules = |arguments: &[&str]| -> Vec<String> {
        let report = fleet().run(arguments).json();
        let findings = report["findings"].as_array().expect("findings").iter();
        findings.map(|f| f["rule"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(rules(&["check", "--format", "json"]), ["wave-not-enforceable"]);
    let unchanged = ["diff", "--base", "HEAD", "--head", "HEAD", "--format", "json"];
    assert_eq!(rules(&unchanged), Vec::<String>::new());
}

/// A folder of the repository that stands for another one is read as each state has it.
#[test]
fn a_mapped_folder_of_the_repository_belongs_to_its_state() {
    let repo = Repo::new();
    let root = "resources: ['https://example.com/org/base?ref=v1']\n";
    repo.write("app/kustomization.yaml", root)
        .write("vendor/base/kustomization.yaml", "resources: [web.yaml]\n");
    repo.write("vendor/base/web.yaml", DEPLOYMENT).commit("start");
    repo.write("vendor/base/web.yaml", &DEPLOYMENT.replace("web:1", "web:2")).commit("change");
    let map = "https://example.com/org/base=vendor/base";
    let arguments =
        ["diff", "--base", "HEAD~1", "--head", "HEAD", "--repo-map", map, "--format", "json"];
    let report = support::run(repo.path(), &arguments).json();
    let changes = report["changes"].as_array().expect("changes");
    assert!(changes.iter().any(|c| c["object"]["kind"] == "Deployment"), "{report:#}");
}
