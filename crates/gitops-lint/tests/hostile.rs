//! Bad input gives a finding with a file and a line, and the rest of the analysis still happens.

#![expect(clippy::disallowed_methods, reason = "tests make the repositories they run on")]

mod support;

use support::{Repo, Said};

/// Something to find beside the bad input: a Deployment that selects other pods than it makes.
const BESIDE: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: beside, namespace: shop}
spec:
  selector: {matchLabels: {app: beside}}
  template:
    metadata: {labels: {app: other}}
    spec:
      containers: [{name: web, image: 'web:1'}]
";

/// `check` on a repository with one bad file in `bad/` and one good root in `good/`.
fn check(files: &[(&str, &str)]) -> (Repo, Said) {
    let repo = Repo::new();
    repo.write("good/kustomization.yaml", "resources: [beside.yaml]\n")
        .write("good/beside.yaml", BESIDE);
    for (path, text) in files {
        repo.write(path, text);
    }
    let said = repo.run(&["check", "--format", "json"]);
    assert!(matches!(said.code, 0 | 1), "code {}: {}", said.code, said.err);
    (repo, said)
}

/// The findings that name a place in a file whose path begins so, as `rule path:line message`.
fn findings_in(said: &Said, path: &str) -> Vec<String> {
    let report = said.json();
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let text = |f: &serde_json::Value| {
        let at = &f["locations"][0];
        let place = at["path"].as_str().filter(|p| p.starts_with(path))?;
        let (rule, message) = (f["rule"].as_str()?, f["message"].as_str()?);
        Some(format!("{rule} {place}:{} {message}", at["line"]))
    };
    findings.iter().filter_map(text).collect()
}

/// A case: the bad files, and what a finding in `bad/` must say.
fn expect(files: &[(&str, &str)], wanted: &str) {
    let (_repo, said) = check(files);
    let found = findings_in(&said, "bad/");
    assert!(found.iter().any(|f| f.contains(wanted)), "no `{wanted}` in {found:#?}\n{}", said.out);
    let beside = findings_in(&said, "good/");
    assert!(!beside.is_empty(), "the rest was lost: {}", said.out);
}

const ROOT: (&str, &str) = ("bad/kustomization.yaml", "resources: [x.yaml]\n");

#[test]
fn broken_yaml_names_its_line() {
    expect(
        &[ROOT, ("bad/x.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n")],
        "bad/x.yaml:",
    );
}

#[test]
fn a_missing_file_names_the_entry_that_asks_for_it() {
    expect(
        &[("bad/kustomization.yaml", "resources:\n- there-is-none.yaml\n")],
        "bad/kustomization.yaml:2",
    );
}

#[test]
fn an_import_circle_is_a_finding() {
    let a = ("bad/a/kustomization.yaml", "resources: [../b]\n");
    let b = ("bad/b/kustomization.yaml", "resources: [../a]\n");
    let top = ("bad/kustomization.yaml", "resources: [a]\n");
    expect(&[top, a, b], "cycle");
}

#[test]
fn an_unknown_field_of_a_kustomization_names_its_line() {
    expect(
        &[("bad/kustomization.yaml", "resources: []\nresuorces: []\n")],
        "bad/kustomization.yaml:2",
    );
}

#[test]
fn deep_nesting_stops_at_a_limit() {
    let deep = format!("a: {}", "[".repeat(10_000));
    expect(&[ROOT, ("bad/x.yaml", &deep)], "deep");
}

#[test]
fn aliases_cannot_explode() {
    let mut bomb = String::from(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\na0: &a0 [x,x,x,x,x,x,x,x,x]\n",
    );
    for i in 1..12 {
        let before = format!("*a{}", i - 1);
        bomb += &format!("a{i}: &a{i} [{}]\n", [before.as_str(); 9].join(","));
    }
    expect(&[ROOT, ("bad/x.yaml", &bomb)], "aliases");
}

#[test]
fn a_large_document_is_read() {
    let mut large =
        String::from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: large}\ndata:\n");
    for i in 0..100_000 {
        large += &format!("  key-{i}: a value of some forty characters, {i}\n");
    }
    let (_repo, said) = check(&[ROOT, ("bad/x.yaml", &large)]);
    assert_eq!(findings_in(&said, "bad/"), Vec::<String>::new());
    assert!(!findings_in(&said, "good/").is_empty(), "{}", said.out);
}

#[test]
fn bytes_that_are_no_text_are_a_finding() {
    let repo = Repo::new();
    repo.write("bad/kustomization.yaml", "resources: [x.yaml]\n");
    std::fs::write(repo.path().join("bad/x.yaml"), b"apiVersion: v1\nkind: \xff\xfe\n")
        .expect("a file");
    let said = repo.run(&["check", "--format", "json"]);
    assert!(findings_in(&said, "bad/").iter().any(|f| f.contains("UTF-8")), "{}", said.out);
}

#[test]
fn yaml_that_is_not_kubernetes_is_passed_over() {
    let files = [
        (".github/workflows/ci.yml", "on: push\njobs: {a: {runs-on: x, steps: []}}\n"),
        ("docker-compose.yml", "services: {web: {image: web}}\n"),
        ("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n"),
        ("chart/values.yaml", "replicas: 1\n"),
        ("chart/templates/web.yaml", "kind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n"),
    ];
    let (_repo, said) = check(&files);
    for path in [".github", "docker", "chart"] {
        assert_eq!(findings_in(&said, path), Vec::<String>::new());
    }
}

#[test]
fn what_would_have_to_be_fetched_is_left_out_and_said() {
    let root =
        "resources:\n- https://example.com/org/repo/releases/download/v1/crds.yaml\n- ../base\n";
    let (_repo, said) = check(&[
        ("far/overlay/kustomization.yaml", root),
        ("far/base/kustomization.yaml", "resources: [beside.yaml]\n"),
        ("far/base/beside.yaml", BESIDE),
    ]);
    let found = findings_in(&said, "far/");
    assert!(found.iter().any(|f| f.starts_with("selector-mismatch")), "{found:#?}\n{}", said.out);
    assert!(!found.iter().any(|f| f.starts_with("render-failed")), "{found:#?}");
    let unchecked = said.json()["unchecked"].to_string();
    assert!(unchecked.contains("https://example.com/org/repo"), "{unchecked}");
}

#[test]
fn secret_values_reach_no_output() {
    let secret = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: a, namespace: b}}\nstringData:\n  key: {value}\n"
        )
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("old.yaml"), secret("hunter2-old")).expect("a file");
    std::fs::write(file("new.yaml"), secret("hunter2-new") + "immutable: true\n").expect("a file");
    for format in ["terminal", "json", "sarif", "markdown", "github"] {
        let arguments = ["diff", "--from", "old.yaml", "--to", "new.yaml", "--format", format];
        let said = support::run(folder.path(), &arguments);
        assert!(!(said.out + &said.err).contains("hunter2"), "{format}");
    }
    std::fs::create_dir(file("repo")).expect("a folder");
    std::fs::write(file("repo/a.yaml"), secret("hunter2")).expect("a file");
    let rendered = support::run(&file("repo"), &["render", ".", "--cluster", "default"]);
    assert!(rendered.out.contains("kind: Secret"), "{}", rendered.err);
    assert!(!rendered.out.contains("hunter2"), "{}", rendered.out);
}
