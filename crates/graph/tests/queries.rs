//! What can be asked of a graph.

use gitops_graph::{Graph, Missing, Order, dot, mermaid};
use gitops_model::{ClusterState, ObjectKey};
use gitops_testkit::{state, unit};
use gitops_yaml::Sources;

fn one(text: &str) -> ClusterState {
    state(vec![unit(&Sources::default(), "apps", text)])
}

fn dangling(text: &str) -> Vec<String> {
    let graph = Graph::of(&one(text));
    let said = graph.dangling().into_iter().map(|d| {
        let missing = match d.missing {
            Missing::Object => String::new(),
            Missing::Key(key) => format!(" key {key}"),
            Missing::Port(port) => format!(" port {port}"),
        };
        format!("{} -> {}{missing}", d.link.from.key, d.link.to.key)
    });
    said.collect()
}

const POD: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  containers:
    - name: web
      env:
        - {name: A, valueFrom: {configMapKeyRef: {name: settings, key: a}}}
        - {name: B, valueFrom: {configMapKeyRef: {name: settings, key: b, optional: true}}}
        - {name: C, valueFrom: {secretKeyRef: {name: login, key: c}}}
";

#[test]
fn a_missing_key_is_told_where_the_keys_are_known() {
    let config = |keys: &str| {
        format!(
            "{POD}---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: settings, namespace: shop}}, data: {keys}}}\n"
        )
    };
    let login = "Pod shop/web -> Secret shop/login";
    assert_eq!(dangling(&config("{a: x}")), [login]);
    assert_eq!(
        dangling(&config("{c: x}")),
        ["Pod shop/web -> ConfigMap shop/settings key a", login]
    );
}

#[test]
fn only_what_was_there_before_is_surely_missing() {
    let config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {a: x}}";
    let before = Graph::of(&one(&format!("{POD}---\n{config}\n")));
    let after = Graph::of(&one(POD));
    let missing = after.newly_dangling(&before);
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].link.to.key, ObjectKey::new("", "ConfigMap", "shop", "settings"));
    assert!(after.newly_dangling(&after).is_empty());
}

#[test]
fn a_port_is_looked_for_by_name_and_by_number() {
    let service = |target: &str| {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: shop}}, spec: {{selector: {{app: web}}, ports: [{{name: http, port: 80, targetPort: {target}}}]}}}}
---
{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: web, namespace: shop}}, spec: {{defaultBackend: {{service: {{name: web, port: {{number: 80}}}}}}}}}}
---
{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: old, namespace: shop}}, spec: {{defaultBackend: {{service: {{name: web, port: {{name: grpc}}}}}}}}}}
---
{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: shop, labels: {{app: web}}}}, spec: {{containers: [{{name: web, ports: [{{name: web, containerPort: 80}}]}}]}}}}
"
        )
    };
    let grpc = "Ingress shop/old -> Service shop/web port grpc";
    assert_eq!(dangling(&service("web")), [grpc]);
    assert_eq!(dangling(&service("8080")), [grpc]);
    assert_eq!(
        dangling(&service("metrics")),
        [grpc, "Service shop/web -> Pod shop/web port metrics"]
    );
}

#[test]
fn a_namespace_on_an_object_that_lives_in_none_is_ignored() {
    let graph = Graph::of(&one("{apiVersion: cert-manager.io/v1, kind: ClusterIssuer, metadata: {name: acme, namespace: certs}}
---
{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: web, namespace: shop}, spec: {secretName: web, issuerRef: {kind: ClusterIssuer, name: acme}}}
"));
    assert_eq!(
        graph.edges_to(&ObjectKey::new("cert-manager.io", "ClusterIssuer", "", "acme")).len(),
        1
    );
    assert!(graph.dangling().is_empty());
}

fn kustomization(name: &str, needs: &str) -> String {
    format!(
        "{{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {{name: {name}, namespace: flux-system}}, spec: {{dependsOn: [{needs}]}}}}\n---\n"
    )
}

fn flux(name: &str) -> ObjectKey {
    ObjectKey::new("kustomize.toolkit.fluxcd.io", "Kustomization", "flux-system", name)
}

#[test]
fn circles_are_found_and_told_in_order() {
    let text = kustomization("a", "{name: b}")
        + &kustomization("b", "{name: c}, {name: d}")
        + &kustomization("c", "{name: a}")
        + &kustomization("d", "")
        + &kustomization("self", "{name: self}");
    let graph = Graph::of(&one(&text));
    let names = |links: &Vec<gitops_graph::Link<'_>>| {
        links.iter().map(|l| l.from.key.name.to_string()).collect::<Vec<_>>()
    };
    let cycles: Vec<Vec<String>> = graph.cycles().iter().map(names).collect();
    assert_eq!(cycles, [vec!["a", "b", "c"], vec!["self"]]);
}

#[test]
fn who_waits_is_known_near_and_far() {
    let text = kustomization("a", "")
        + &kustomization("b", "{name: a}")
        + &kustomization("c", "{name: b}");
    let graph = Graph::of(&one(&text));
    assert_eq!(graph.waiting_for(&flux("a")), [&flux("b"), &flux("c")]);
    assert!(graph.waiting_for(&flux("c")).is_empty());
}

#[test]
fn a_reference_across_units_wants_an_order() {
    let sources = Sources::default();
    let config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {a: x}}";
    let orders = |apps_wait: bool, base_waits: bool| {
        let (mut base, mut apps) = (unit(&sources, "base", config), unit(&sources, "apps", POD));
        let span = base.resources[0].body.span();
        let (base_id, apps_id) = (base.id.clone(), apps.id.clone());
        apps.depends_on.extend(apps_wait.then_some((base_id, span)));
        base.depends_on.extend(base_waits.then_some((apps_id, span)));
        let graph = Graph::of(&state(vec![base, apps]));
        graph.disorder().iter().map(|d| d.order).collect::<Vec<_>>()
    };
    assert_eq!(orders(false, false), [Order::Undeclared]);
    assert_eq!(orders(true, false), []);
    assert_eq!(orders(false, true), [Order::Reversed]);
}

#[test]
fn waves_put_what_is_needed_first() {
    let wave = |wave: &str| {
        let config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop, annotations: {argocd.argoproj.io/sync-wave: WAVE}}, data: {a: x}}";
        let mut app = unit(
            &Sources::default(),
            "app",
            &format!("{POD}---\n{}\n", config.replace("WAVE", wave)),
        );
        app.id.kind = "Application".into();
        let graph = Graph::of(&state(vec![app]));
        graph.disorder().iter().map(|d| d.order).collect::<Vec<_>>()
    };
    assert_eq!(wave("\"-1\""), []);
    assert_eq!(wave("\"1\""), [Order::Reversed]);
}

#[test]
fn a_selector_that_changes_its_mind_is_told() {
    let service = "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}}}\n---";
    let before = Graph::of(&one(&format!("{service}{POD}")));
    let after = Graph::of(&one(&format!("{service}{}", POD.replace("app: web", "app: x"))));
    let changes = after.selection_changes(&before);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].lost, [&ObjectKey::new("", "Pod", "shop", "web")]);
    assert!(changes[0].gained.is_empty() && changes[0].selection.matched.is_empty());
    assert!(after.selection_changes(&after).is_empty());
}

#[test]
fn drawings_name_every_end_once() {
    let graph = Graph::of(&one(POD));
    let links = graph.needs(&ObjectKey::new("", "Pod", "shop", "web"));
    let drawn = dot(&links);
    assert_eq!(drawn.matches("Secret shop/login (not here)").count(), 1);
    assert!(drawn.contains("n1 -> n0 [label=\"reads\"]"), "{drawn}");
    let drawn = mermaid(&links);
    assert!(
        drawn.contains("n1[\"Pod shop/web\"]") && drawn.contains("n1 -->|reads| n0"),
        "{drawn}"
    );
}
