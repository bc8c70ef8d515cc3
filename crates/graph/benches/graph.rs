//! How long it takes to join the objects of a cluster, and to follow a change through them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use gitops_compare::compare;
use gitops_graph::{Graph, reach};
use gitops_model::ClusterState;
use gitops_testkit::{state, unit};
use gitops_yaml::Sources;

fn main() {
    divan::main();
}

/// A cluster of `apps` applications of five objects, a hundred to a namespace.
fn fleet(apps: usize, image: &str) -> ClusterState {
    let mut text = String::new();
    for app in 0..apps {
        let meta = format!("metadata: {{name: app-{app}, namespace: team-{}}}", app / 100);
        let _ = write!(
            text,
            "---
apiVersion: apps/v1
kind: Deployment
{meta}
spec:
  selector: {{matchLabels: {{app: app-{app}}}}}
  template:
    metadata: {{labels: {{app: app-{app}, tier: web}}}}
    spec:
      serviceAccountName: default
      containers:
        - name: web
          image: {image}
          envFrom: [{{configMapRef: {{name: app-{app}}}}}]
          env: [{{name: TOKEN, valueFrom: {{secretKeyRef: {{name: token, key: token}}}}}}]
          ports: [{{name: http, containerPort: 8080}}]
      volumes: [{{name: a, secret: {{secretName: certificate}}}}]
---
{{apiVersion: v1, kind: Service, {meta}, spec: {{selector: {{app: app-{app}}}, ports: [{{name: http, port: 80, targetPort: http}}]}}}}
---
{{apiVersion: v1, kind: ConfigMap, {meta}, data: {{image: \"{image}\", b: two}}}}
---
{{apiVersion: networking.k8s.io/v1, kind: Ingress, {meta}, spec: {{rules: [{{http: {{paths: [{{path: /, backend: {{service: {{name: app-{app}, port: {{name: http}}}}}}}}]}}}}]}}}}
---
{{apiVersion: policy/v1, kind: PodDisruptionBudget, {meta}, spec: {{maxUnavailable: 1, selector: {{matchLabels: {{app: app-{app}}}}}}}}}
"
        );
    }
    state(vec![unit(&Sources::default(), "apps", &text)])
}

#[divan::bench(args = [200, 2000])]
fn of(bencher: divan::Bencher<'_, '_>, apps: usize) {
    let state = fleet(apps, "web:1");
    bencher.bench(|| Graph::of(&state));
}

#[divan::bench(args = [200, 2000])]
fn comparing(bencher: divan::Bencher<'_, '_>, apps: usize) {
    let (before, after) = (fleet(apps, "web:1"), fleet(apps, "web:2"));
    bencher.bench(|| compare(&before, &after));
}

#[divan::bench(args = [200, 2000])]
fn reaching(bencher: divan::Bencher<'_, '_>, apps: usize) {
    let (before, after) = (fleet(apps, "web:1"), fleet(apps, "web:2"));
    let changes = compare(&before, &after);
    let (before, after) = (Graph::of(&before), Graph::of(&after));
    bencher.bench(|| reach(&before, &after, &changes, &BTreeSet::new()));
}

#[divan::bench(args = [200, 2000])]
fn dangling(bencher: divan::Bencher<'_, '_>, apps: usize) {
    let graph = Graph::of(&fleet(apps, "web:1"));
    bencher.bench(|| graph.dangling().len());
}
