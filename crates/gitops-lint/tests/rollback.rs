//! What `diff` says that a revert would not restore.

#![expect(clippy::disallowed_methods, reason = "tests make the repositories they run on")]

mod support;

const CLAIM: &str = "\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec:
  storageClassName: fast
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 10Gi}}
";

const JOB: &str = "\
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, namespace: shop}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: migrate, image: 'migrate:1'}]}
";

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
";

/// What stands on both sides.
const CLASS: &str = "\
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: csi.example.com
allowVolumeExpansion: true
";

/// The class and the reason of everything that a revert would not restore.
fn lost(before: &str, after: &str) -> Vec<(String, String)> {
    let repo = support::Repo::new();
    repo.write("a/all.yaml", &format!("{before}---\n{CLASS}"));
    repo.write("b/all.yaml", &format!("{after}---\n{CLASS}"));
    let report = repo.between("a", "b");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let losses = report["rollback"].as_array().expect("a list");
    losses.iter().map(|l| (text(&l["class"]), text(&l["why"]))).collect()
}

#[track_caller]
fn expect(before: &str, after: &str, class: &str, why: &str) {
    let found = lost(before, after);
    let fits = |(c, w): &(String, String)| c == class && w.contains(why);
    assert!(found.iter().any(fits), "wants {class} `{why}`: {found:#?}");
}

#[test]
fn a_volume_does_not_shrink_again() {
    expect(CLAIM, &CLAIM.replace("10Gi", "20Gi"), "R3", "the revert is refused");
}

#[test]
fn data_does_not_come_back() {
    expect(CLAIM, "", "R4", "the data of its volume");
}

#[test]
fn what_is_written_since_goes_with_a_revert() {
    expect("", CLAIM, "R4", "takes along what was written since");
}

#[test]
fn a_job_that_ran_is_not_undone() {
    expect("", JOB, "R4", "nothing is undone");
}

#[test]
fn an_address_does_not_come_back() {
    expect(SERVICE, "", "R2", "its external address");
}

#[test]
fn what_was_refused_is_not_turned_back() {
    let job = JOB.replace("migrate:1", "migrate:2");
    assert_eq!(lost(JOB, &job), []);
    assert_eq!(lost(SERVICE, &SERVICE.replace("port: 80", "port: 81")), []);
}
