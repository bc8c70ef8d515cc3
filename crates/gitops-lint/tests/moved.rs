//! Folders that nothing reaches: one that is moved, or that something comes to use, is not removed.

#![expect(clippy::disallowed_methods, reason = "tests make the repositories they run on")]

mod support;

use serde_json::Value;
use support::Repo;

const SHOP: [(&str, &str); 4] = [
    ("kustomization.yaml", "resources: [namespace.yaml, settings.yaml, data.yaml]\n"),
    ("namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"),
    (
        "settings.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\ndata: {mode: slow}\n",
    ),
    (
        "data.yaml",
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: shop}\n\
         spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}\n",
    ),
];

/// A repository on which the change is made; one more folder stays as it is.
fn start() -> Repo {
    let repo = Repo::new();
    repo.write("other/kustomization.yaml", "resources: [other.yaml]\n");
    repo.write("other/other.yaml", &SHOP[2].1.replace("settings", "other"));
    repo
}

fn shop(repo: &Repo, folder: &str) {
    for (path, text) in SHOP {
        repo.write(&format!("{folder}/{path}"), text);
    }
}

/// A cluster of Flux that applies a folder.
fn follow(repo: &Repo, folder: &str) {
    let owner = format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
         metadata: {{name: {folder}, namespace: flux-system}}\n\
         spec: {{interval: 10m, path: ./{folder}, prune: true, sourceRef: {{kind: GitRepository, name: flux-system}}}}\n"
    );
    repo.write(&format!("clusters/prod/{folder}.yaml"), &owner);
}

/// What `diff` says of the work tree, as `rule object` of its errors and `action object clusters` of its changes.
fn told(repo: &Repo) -> (Vec<String>, Vec<String>) {
    repo.git(&["add", "-A"]);
    let report = repo.run(&["diff", "--staged", "--format", "json", "--exit-zero"]).json();
    let object =
        |of: &Value| format!("{}/{}", text(&of["object"]["kind"]), text(&of["object"]["name"]));
    let list = |key: &str| report[key].as_array().cloned().unwrap_or_default();
    let errors = list("findings").into_iter().filter(|f| f["severity"] == "error");
    let errors = errors.map(|f| format!("{} {}", text(&f["rule"]), object(&f))).collect();
    let clusters = |c: &Value| -> Vec<String> {
        c["clusters"].as_array().into_iter().flatten().map(|name| text(name).to_owned()).collect()
    };
    let change =
        |c: Value| format!("{} {} {}", text(&c["action"]), object(&c), clusters(&c).join(" "));
    (errors, list("changes").into_iter().map(change).collect())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn a_folder_under_another_name_is_moved() {
    let repo = start();
    for stage in ["dev", "live"] {
        shop(&repo, &format!("old/{stage}"));
        repo.write(&format!("old/{stage}/settings.yaml"), &SHOP[2].1.replace("slow", stage));
    }
    repo.commit("start");
    repo.git(&["mv", "old", "new"]);
    let (errors, changes) = told(&repo);
    assert_eq!(errors, [""; 0]);
    let moved = ["ConfigMap/settings", "Namespace/shop", "PersistentVolumeClaim/data"];
    assert_eq!(changes, moved.map(|object| format!("moved {object} new/dev new/live")));
}

#[test]
fn what_is_edited_in_a_moved_folder_is_judged() {
    let repo = start();
    shop(&repo, "old");
    repo.commit("start");
    repo.git(&["mv", "old", "new"]);
    repo.write("new/data.yaml", &SHOP[3].1.replace("2Gi", "1Gi"));
    assert_eq!(told(&repo).0, ["immutable-field PersistentVolumeClaim/data"]);
}

#[test]
fn a_root_that_another_comes_to_use_is_still_there() {
    let repo = start();
    shop(&repo, "base");
    repo.commit("start");
    repo.write("overlay/kustomization.yaml", "namespace: live\nresources: [../base]\n");
    repo.write("base/settings.yaml", &SHOP[2].1.replace("slow", "fast"));
    let (errors, changes) = told(&repo);
    assert_eq!(errors, [""; 0]);
    assert!(changes.contains(&"modified ConfigMap/settings base".to_owned()), "{changes:#?}");
    assert!(!changes.iter().any(|c| c.starts_with("removed ")), "{changes:#?}");
    repo.commit("used");
    repo.git(&["rm", "-rq", "overlay"]);
    assert!(told(&repo).1.iter().all(|c| c.ends_with(" overlay")));
}

#[test]
fn a_folder_that_a_cluster_comes_to_follow_is_adopted() {
    for folder in ["shop", "moved"] {
        let repo = start();
        follow(&repo, "other");
        shop(&repo, "shop");
        repo.commit("start");
        if folder != "shop" {
            repo.git(&["mv", "shop", folder]);
        }
        follow(&repo, folder);
        let (errors, changes) = told(&repo);
        assert_eq!(errors, [""; 0], "{folder}");
        assert!(changes.iter().all(|c| c.starts_with("added ") && c.ends_with(" prod")));
        assert_eq!(changes.len(), 4, "{changes:#?}");
    }
}

#[test]
fn a_folder_that_goes_is_removed() {
    let repo = start();
    shop(&repo, "old");
    repo.commit("start");
    repo.git(&["rm", "-rq", "old"]);
    repo.write("new/kustomization.yaml", "resources: [settings.yaml]\n");
    repo.write("new/settings.yaml", &SHOP[2].1.replace("shop", "elsewhere"));
    let gone = ["pvc-removed PersistentVolumeClaim/data", "namespace-removed Namespace/shop"];
    assert_eq!(told(&repo).0, gone);
}

#[test]
fn a_cluster_whose_entry_point_goes_keeps_what_it_holds() {
    let repo = start();
    follow(&repo, "other");
    shop(&repo, "shop");
    let owner = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
         metadata: {name: shop, namespace: flux-system}\n\
         spec: {interval: 10m, path: ./shop, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n";
    repo.write("clusters/test/shop.yaml", owner);
    repo.commit("start");
    repo.git(&["rm", "-rq", "clusters/test"]);
    let report = repo.run(&["diff", "--format", "json"]).json();
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let mut found: Vec<String> = findings
        .iter()
        .map(|f| {
            format!("{} {} {}", text(&f["severity"]), text(&f["rule"]), text(&f["object"]["kind"]))
        })
        .collect();
    found.sort();
    // The Kustomization goes on applying its folder, which stands where it stood.
    assert_eq!(found, ["note left-behind Kustomization", "warning entry-point-removed "]);
    assert_eq!(report["rollback"], serde_json::json!([]));
}
