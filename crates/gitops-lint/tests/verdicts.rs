//! What becomes of a write, whoever applies it: `apply` of the findings on an object.

#![expect(clippy::disallowed_methods, reason = "tests make the repositories they run on")]

mod support;

use serde_json::Value;
use support::KUSTOMIZATION;

/// What Argo CD applies.
const ARGO: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: apps, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'ssh://git@example.com/fleet', path: apps, targetRevision: main}
  destination: {server: 'https://kubernetes.default.svc', namespace: shop}
  syncPolicy: {automated: {prune: true}}
";

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'web:1'}]}
";
const JOB: &str = "\
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, namespace: shop}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: migrate, image: 'web:1'}]}
";
const CLAIM: &str = "\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec: {storageClassName: slow, accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
";
const RELEASE: &str = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cache, namespace: shop}
spec:
  interval: 10m
  releaseName: cache
  chart: {spec: {chart: redis, version: 1.0.0, sourceRef: {kind: HelmRepository, name: charts}}}
";

/// What is found between two sets of files.
fn findings(sides: [&[(&str, &str)]; 2]) -> Vec<Value> {
    let repo = support::Repo::new();
    for (folder, files) in ["a", "b"].iter().zip(sides) {
        for (path, text) in files {
            repo.write(&format!("{folder}/{path}"), text);
        }
    }
    let report = repo.between("a", "b");
    report["findings"].as_array().cloned().unwrap_or_default()
}

fn text<'v>(finding: &'v Value, key: &str) -> &'v str {
    finding[key].as_str().unwrap_or_default()
}

/// `rule apply` of what is said of the change of an object.
fn verdicts(owner: &str, object: &str, old: &str, new: &str) -> Vec<String> {
    let edited = object.replace(old, new);
    let side = |object| [("clusters/prod/apps.yaml", owner), ("apps/object.yaml", object)];
    let found = findings([&side(object), &side(&edited)]);
    let judged = found.iter().filter(|f| f["apply"].is_string());
    judged.map(|f| format!("{} {}", text(f, "rule"), text(f, "apply"))).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_release_under_another_identity_is_installed_anew() {
    let recreated = ["release-renamed recreated"];
    let cases =
        [("releaseName: cache", "releaseName: sessions"), ("chart: redis", "chart: valkey")];
    for (old, new) in cases {
        assert_eq!(verdicts(KUSTOMIZATION, RELEASE, old, new), recreated, "{new}");
    }
    let spelled_out = RELEASE.replace("  releaseName: cache\n", "");
    let default = ("interval: 10m", "interval: 10m\n  releaseName: cache");
    assert_eq!(verdicts(KUSTOMIZATION, &spelled_out, default.0, default.1), NOTHING);
    assert_eq!(verdicts(KUSTOMIZATION, RELEASE, "1.0.0", "1.1.0"), NOTHING);
}

#[test]
fn who_applies_a_refused_update_decides_what_becomes_of_it() {
    let forced = WEB.replace(
        "namespace: shop",
        "namespace: shop, annotations: {kustomize.toolkit.fluxcd.io/force: enabled}",
    );
    let force_all = KUSTOMIZATION.replace("prune: true", "prune: true\n  force: true");
    let replaced = WEB.replace(
        "namespace: shop",
        "namespace: shop, annotations: {argocd.argoproj.io/sync-options: 'Force=true,Replace=true'}",
    );
    let selector = ("app: web", "app: store");
    let [refused, again, lost] = ["rejected", "recreated", "data-loss"]
        .map(|apply| vec![format!("immutable-field {apply}")]);
    assert_eq!(verdicts(KUSTOMIZATION, WEB, selector.0, selector.1), refused);
    assert_eq!(verdicts(ARGO, WEB, selector.0, selector.1), refused);
    assert_eq!(verdicts(KUSTOMIZATION, &forced, selector.0, selector.1), again);
    assert_eq!(verdicts(&force_all, WEB, selector.0, selector.1), again);
    assert_eq!(verdicts(ARGO, &replaced, selector.0, selector.1), again);
    assert_eq!(verdicts(KUSTOMIZATION, CLAIM, "slow", "fast"), refused);
    assert_eq!(verdicts(&force_all, CLAIM, "slow", "fast"), lost);
}

#[test]
fn hooks_are_made_anew_by_themselves() {
    let hook = |policy: &str| {
        let marks = format!(
            "namespace: shop, annotations: {{argocd.argoproj.io/hook: PreSync, \
             argocd.argoproj.io/hook-delete-policy: {policy}}}"
        );
        JOB.replace("namespace: shop", &marks)
    };
    let image = ("web:1", "web:2");
    assert_eq!(verdicts(ARGO, JOB, image.0, image.1), ["immutable-field rejected"]);
    for policy in ["BeforeHookCreation", "HookSucceeded"] {
        assert_eq!(verdicts(ARGO, &hook(policy), image.0, image.1), NOTHING, "{policy}");
    }
    // To Flux the mark of another controller says nothing.
    let marked = hook("BeforeHookCreation");
    assert_eq!(verdicts(KUSTOMIZATION, &marked, image.0, image.1), ["immutable-field rejected"]);
}

#[test]
fn the_mark_that_keeps_an_object_depends_on_what_deletes_it() {
    let cascading = ARGO.replace(
        "namespace: argocd}",
        "namespace: argocd, finalizers: [resources-finalizer.argocd.argoproj.io]}",
    );
    let other = ARGO.replace("name: apps", "name: other").replace("path: apps", "path: other");
    let owner = ("argocd/apps.yaml", &*cascading);
    let rest = [("argocd/other.yaml", &*other), ("other/web.yaml", WEB), ("apps/job.yaml", JOB)];
    let with = |more: &[(&'static str, &str)]| -> Vec<(String, String)> {
        let all = rest.iter().chain(more);
        all.map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    };
    let help = |after: &[(&'static str, &str)]| {
        let [before, after] = [with(&[owner, ("apps/claim.yaml", CLAIM)]), with(after)];
        let [before, after]: [Vec<(&str, &str)>; 2] =
            [&before, &after].map(|side| side.iter().map(|(p, t)| (&**p, &**t)).collect());
        let found = findings([&before, &after]);
        let removed = found.iter().find(|f| f["rule"] == "pvc-removed").expect("the claim goes");
        text(removed, "help").to_owned()
    };
    assert!(help(&[owner]).contains("Prune=false"));
    assert!(help(&[]).contains("Delete=false"));
}
