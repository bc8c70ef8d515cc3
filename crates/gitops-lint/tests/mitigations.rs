//! What the risk counts as standing against a finding: only what was so before the change.

#![expect(clippy::disallowed_methods, reason = "tests make the repositories they run on")]

mod support;

use support::KUSTOMIZATION;

const CLAIM: &str = "\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop, annotations: {kustomize.toolkit.fluxcd.io/force: enabled}}
spec:
  storageClassName: fast
  volumeName: disk
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 10Gi}}
";

const VOLUME: &str = "\
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec:
  capacity: {storage: 10Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: fast
  persistentVolumeReclaimPolicy: Retain
  csi: {driver: csi.example.com, volumeHandle: disk}
";

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  strategy: {type: Recreate}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'web:1'}]}
";

const BUDGET: &str = "\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
";

/// The labels of all reasons, and of all that would lower a score, of a change of the files of `apps`.
fn weighed(owners: [&str; 2], before: &[&str], after: &[&str]) -> (Vec<String>, Vec<String>) {
    let repo = support::Repo::new();
    for (folder, owner, objects) in [("a", owners[0], before), ("b", owners[1], after)] {
        repo.write(&format!("{folder}/clusters/prod/apps.yaml"), owner);
        repo.write(&format!("{folder}/apps/all.yaml"), &objects.join("---\n"));
    }
    let report = repo.between("a", "b");
    let causes = report["risk"]["causes"].as_array().cloned().unwrap_or_default();
    let labels = |key: &str| -> Vec<String> {
        let all = causes.iter().flat_map(|c| c[key].as_array().cloned().unwrap_or_default());
        all.map(|r| r["label"].as_str().unwrap_or_default().to_owned()).collect()
    };
    (labels("reasons"), labels("lowers"))
}

fn has(labels: &[String], label: &str) -> bool {
    labels.iter().any(|l| l == label)
}

#[test]
fn a_volume_that_is_retained() {
    let moved = CLAIM.replace("volumeName: disk", "volumeName: other");
    let deleting = VOLUME.replace("Retain", "Delete");
    let offer = "set the reclaim policy of its volumes to Retain first";
    let retained = "its volumes are retained";

    let (reasons, lowers) = weighed([KUSTOMIZATION; 2], &[CLAIM, VOLUME], &[&moved, VOLUME]);
    assert!(has(&reasons, retained) && !has(&lowers, offer), "{reasons:?} {lowers:?}");

    let (reasons, lowers) = weighed([KUSTOMIZATION; 2], &[CLAIM, &deleting], &[&moved, &deleting]);
    assert!(!has(&reasons, retained) && has(&lowers, offer), "{reasons:?} {lowers:?}");

    // What comes with the change itself is not there yet when the change is applied.
    let (reasons, _) = weighed([KUSTOMIZATION; 2], &[CLAIM, &deleting], &[&moved, VOLUME]);
    assert!(!has(&reasons, retained), "{reasons:?}");
}

#[test]
fn an_owner_that_is_suspended() {
    let suspended = KUSTOMIZATION.replace("prune: true", "prune: true\n  suspend: true");
    let relabelled = WEB.replace("app: web", "app: shop");
    let label = "its owner is suspended";
    let reasons = |owners| weighed(owners, &[WEB], &[&relabelled]).0;
    assert!(has(&reasons([&suspended, &suspended]), label));
    assert!(!has(&reasons([KUSTOMIZATION, KUSTOMIZATION]), label));
    assert!(!has(&reasons([KUSTOMIZATION, &suspended]), label), "it comes with the change");
}

#[test]
fn replicas_with_a_budget() {
    let next = WEB.replace("web:1", "web:2");
    let label = "replicas and a budget protect it";
    let (reasons, _) = weighed([KUSTOMIZATION; 2], &[WEB, BUDGET], &[&next, BUDGET]);
    assert!(has(&reasons, label), "{reasons:?}");
    let (reasons, lowers) = weighed([KUSTOMIZATION; 2], &[WEB], &[&next, BUDGET]);
    assert!(!has(&reasons, label), "{reasons:?}");
    assert!(lowers.iter().any(|l| l.contains("disruption budget")), "{lowers:?}");
}

#[test]
fn a_rollout_that_stops_every_pod_first() {
    let next = |web: &str| web.replace("web:1", "web:2");
    let rolling = WEB.replace("type: Recreate", "type: RollingUpdate");
    let stops = weighed([KUSTOMIZATION; 2], &[WEB], &[&next(WEB)]).0;
    let rolls = weighed([KUSTOMIZATION; 2], &[&rolling], &[&next(&rolling)]).0;
    // It was written that way, and is over once the new pods are ready: less than an outage by mistake.
    let degraded = "degraded service (D2)";
    assert!(has(&stops, "likely") && has(&stops, degraded), "{stops:?}");
    assert!(has(&stops, "a revert restores it (R0)"), "{stops:?}");
    assert!(!has(&rolls, "likely"), "{rolls:?}");
}

#[test]
fn a_root_that_no_entry_point_reaches() {
    let label = "no entry point reaches it";
    let relabelled = WEB.replace("app: web", "app: shop");
    let repo = support::Repo::new();
    for (folder, object) in [("a", WEB), ("b", relabelled.as_str())] {
        repo.write(&format!("{folder}/clusters/prod/apps.yaml"), KUSTOMIZATION);
        repo.write(&format!("{folder}/apps/all.yaml"), BUDGET);
        for root in ["old", "alone"] {
            repo.write(&format!("{folder}/{root}/kustomization.yaml"), "resources: [web.yaml]\n");
            repo.write(&format!("{folder}/{root}/web.yaml"), object);
        }
    }
    let labels = |from: &str, to: &str| repo.between(from, to)["risk"].to_string();
    assert!(labels("a", "b").contains(label));
    // Where there are but such roots, they are all that there is.
    assert!(!labels("a/old", "b/old").contains(label));
}
