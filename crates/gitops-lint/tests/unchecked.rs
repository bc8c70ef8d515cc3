//! What cannot be said is told, with the reason.

#![expect(clippy::disallowed_methods, reason = "tests make the repositories they run on")]

mod support;

use support::KUSTOMIZATION;

/// What else the Kustomization says, of values that only the cluster knows.
const VARIABLES: &str =
    "  postBuild: {substitute: {mode: slow}, substituteFrom: [{kind: Secret, name: elsewhere}]}\n";

/// What of a change of files is not checked although it changes, and why.
fn unchecked(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<(String, String)> {
    let all = told(before, after);
    all.into_iter().filter(|(_, _, changed)| *changed).map(|(what, why, _)| (what, why)).collect()
}

/// All that is not checked, why, and whether it changes.
fn told(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<(String, String, bool)> {
    let repo = support::Repo::new();
    let owner = format!("{KUSTOMIZATION}{VARIABLES}");
    for (folder, files) in [("a", before), ("b", after)] {
        repo.write(&format!("{folder}/clusters/prod/apps.yaml"), &owner);
        for (path, text) in files {
            repo.write(&format!("{folder}/apps/{path}"), text);
        }
    }
    let report = repo.between("a", "b");
    let all = report["unchecked"].as_array().cloned().unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    all.iter().map(|u| (text(&u["what"]), text(&u["why"]), u["changed"] == true)).collect()
}

#[track_caller]
fn says(found: &[(String, String)], what: &str, why: &str) {
    assert!(found.iter().any(|(w, y)| w == what && y.contains(why)), "{found:#?}");
}

#[test]
fn a_field_that_depends_on_a_variable_names_both() {
    let service = |address: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: shop}}\n\
             spec:\n  clusterIP: {address}\n  ports: [{{port: 80}}]\n"
        )
    };
    let (old, new) = (service("10.0.0.1"), service("${ADDRESS}"));
    let found = unchecked(&[("web.yaml", &old)], &[("web.yaml", &new)]);
    says(&found, "Service shop/web", "`spec.clusterIP");
    says(&found, "Service shop/web", "depends on `${ADDRESS}`");
}

#[test]
fn alpha_kinds_are_told_apart() {
    let workload = |name: &str| {
        format!(
            "apiVersion: scheduling.k8s.io/v1alpha1\nkind: Workload\n\
             metadata: {{name: job, namespace: shop}}\nspec: {{podGroups: [{{name: {name}}}]}}\n"
        )
    };
    let (old, new) = (workload("a"), workload("b"));
    let found = unchecked(&[("job.yaml", &old)], &[("job.yaml", &new)]);
    says(&found, "Workload shop/job", "`scheduling.k8s.io/v1alpha1` is an alpha version");
}

#[test]
fn what_did_not_render_before_is_not_known() {
    let web = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop}\n";
    let broken = ("kustomization.yaml", "resources: [wob.yaml]\n");
    let mended = ("kustomization.yaml", "resources: [web.yaml]\n");
    let found = unchecked(&[broken, ("web.yaml", web)], &[mended, ("web.yaml", web)]);
    says(&found, "Kustomization flux-system/apps", "could not be rendered before the change");
    says(&found, "Kustomization flux-system/apps", "wob.yaml: no such file");
}

#[test]
fn files_that_a_plugin_reads_are_told_when_they_change() {
    let root = ("kustomization.yaml", "generators: [secrets.yaml]\n");
    let config =
        "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: x}\nfiles: [a.enc.yaml]\n";
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\n\
        metadata: {name: apps, namespace: argocd}\nspec:\n  project: default\n  \
        source: {repoURL: https://example.com/fleet, path: apps}\n  \
        destination: {name: in-cluster, namespace: shop}\n";
    let repo = |secret| {
        [
            root,
            ("secrets.yaml", config),
            ("a.enc.yaml", secret),
            ("../argocd/apps.yaml", application),
        ]
    };
    let found = unchecked(&repo("a: 1\n"), &repo("a: 2\n"));
    says(&found, "Application argocd/apps", "its file `apps/a.enc.yaml` changed");
}

#[test]
fn a_rule_of_a_definition_that_cannot_be_evaluated_is_told() {
    let definition = |rule: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
             metadata: {{name: widgets.example.com}}\nspec:\n  group: example.com\n  \
             names: {{kind: Widget, plural: widgets}}\n  scope: Namespaced\n  versions:\n  \
             - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        \
             type: object\n        properties:\n          spec:\n            type: object\n            \
             x-kubernetes-validations: [{{rule: \"{rule}\"}}]\n            \
             properties: {{a: {{type: string}}, b: {{type: string}}}}\n"
        )
    };
    let widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one, namespace: shop}\n\
                  spec: {a: x, b: '${UNKNOWN}'}\n";
    let found = |rule: &str| -> Vec<String> {
        let definition = definition(rule);
        let files = [("crd.yaml", definition.as_str()), ("widget.yaml", widget)];
        let told = told(&files[..1], &files).into_iter();
        told.filter(|(what, ..)| what == "a rule of Widget in example.com/v1")
            .map(|t| t.1)
            .collect()
    };
    let why = |rule: &str| found(rule).pop().unwrap_or_default();
    assert!(why("self.b != 'x'").contains("known on the cluster alone"), "{:?}", found("self.b"));
    assert!(why("url(self.a).getHost() == 'x'").contains("cannot be evaluated"));
    assert_eq!(found("self.a != 'y'"), Vec::<String>::new(), "what the rule does not look at");
}

#[test]
fn a_chart_that_nothing_known_installs_is_told_when_it_changes() {
    let chart = ("../charts/web/Chart.yaml", "name: web\nversion: 0.1.0\n");
    let repo = |tag| [chart, ("../charts/web/values.yaml", tag), ("web.yaml", "")];
    let found = unchecked(&repo("tag: v1\n"), &repo("tag: v2\n"));
    says(&found, "chart `charts/web`", "its file `charts/web/values.yaml` changed");
}
