//! What changes reach, and whose pods they replace.

use std::collections::BTreeSet;

use gitops_compare::compare;
use gitops_graph::{Graph, Outage, Replacement, reach, restart};
use gitops_model::{Change, ClusterState, ObjectKey, UnitId};
use gitops_testkit::{state, unit};
use gitops_yaml::Sources;

/// `who relation what: consequence`, indented by depth.
fn told(
    before: &ClusterState,
    after: &ClusterState,
    changes: &[Change],
    refused: &BTreeSet<ObjectKey>,
) -> Vec<String> {
    let (before, after) = (Graph::of(before), Graph::of(after));
    reach(&before, &after, changes, refused)
        .iter()
        .map(|r| {
            let (relation, consequence) = (r.edge.relation.as_str(), r.consequence.as_str());
            let indent = "  ".repeat(r.depth);
            format!("{indent}{} {relation} {}: {consequence}", r.from, r.to)
        })
        .collect()
}

fn one(sources: &Sources, text: &str) -> ClusterState {
    state(vec![unit(sources, "apps", text)])
}

fn check(before: &str, after: &str, expected: &[&str]) {
    let sources = Sources::default();
    let (before, after) = (one(&sources, before), one(&sources, after));
    let changes = compare(&before, &after);
    assert_eq!(told(&before, &after, &changes, &BTreeSet::new()), expected);
}

const CONFIG: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {a: one, b: two}
";

const WEB: &str = "
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {note: x}}
    spec:
      containers:
        - name: web
          image: web:1
          env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: a}}}]
          ports: [{name: http, containerPort: 8080}]
";

const ROUTE: &str = "
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {rules: [{http: {paths: [{path: /, backend: {service: {name: web, port: {name: http}}}}]}}]}
";

#[test]
fn only_the_key_that_is_read_matters() {
    let base = format!("{CONFIG}{WEB}");
    let stale = "Deployment shop/web reads ConfigMap shop/settings: stale until it restarts";
    check(&base, &base.replace("a: one", "a: 1x"), &[stale]);
    check(&base, &base.replace("b: two", "b: 2x"), &[]);
    let breaks = "Deployment shop/web reads ConfigMap shop/settings: breaks at its next restart";
    check(&base, &base.replace("a: one, ", ""), &[breaks]);
    check(&base, WEB, &[breaks]);
}

#[test]
fn the_next_restart_may_be_now() {
    let after = WEB.replace("web:1", "web:2");
    let breaks = "Deployment shop/web reads ConfigMap shop/settings: breaks now";
    check(&format!("{CONFIG}{WEB}"), &after, &[breaks]);
}

#[test]
fn a_reloader_restarts_what_reads() {
    let base = format!("{CONFIG}{WEB}").replace("note: x", r#"reloader.stakater.com/auto: "true""#);
    let restarts = "Deployment shop/web reads ConfigMap shop/settings: restarts";
    check(&base, &base.replace("a: one", "a: 1x"), &[restarts]);
}

#[test]
fn a_hash_in_the_name_leaves_nothing_behind() {
    let base = format!("{CONFIG}{WEB}");
    check(&base, &base.replace("name: settings", "name: settings-2"), &[]);
}

#[test]
fn files_below_a_sub_path_are_never_updated() {
    let with = |mount: &str| {
        let volume = "
      volumes: [{name: files, configMap: {name: settings}}]";
        let mounts = format!("volumeMounts: [{{name: files, mountPath: /x{mount}}}]");
        let container = "env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: a}}}]";
        format!("{CONFIG}{}{volume}\n", WEB.trim_end().replace(container, &mounts))
    };
    let mounts = "Deployment shop/web mounts ConfigMap shop/settings";
    let change = |base: &str| base.replace("a: one", "a: 1x");
    check(&with(""), &change(&with("")), &[&format!("{mounts}: reloads")]);
    let sub = with(", subPath: a");
    check(&sub, &change(&sub), &[&format!("{mounts}: stale until it restarts")]);
}

#[test]
fn a_lost_label_takes_the_route_with_it() {
    let base = format!("{WEB}{ROUTE}");
    check(
        &base,
        &base.replace("labels: {app: web}", "labels: {app: shop}"),
        &[
            "Service shop/web routes-to Deployment shop/web: breaks now",
            "  Ingress shop/web routes-to Service shop/web: breaks now",
        ],
    );
}

#[test]
fn a_port_that_goes_takes_its_route_with_it() {
    let base = format!("{WEB}{ROUTE}");
    let route = "Ingress shop/web routes-to Service shop/web: breaks now";
    check(&base, &base.replace("name: http, port: 80,", "name: web, port: 80,"), &[route]);
    check(&base, &base.replace("port: 80, targetPort: http", "port: 80, targetPort: 8080"), &[]);
}

#[test]
fn a_namespace_takes_what_lives_in_it() {
    let namespace = "\n---\n{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n";
    let lost = "ConfigMap shop/settings inside Namespace shop: is deleted";
    check(&format!("{CONFIG}{namespace}"), CONFIG, &[lost]);
}

#[test]
fn labels_of_a_namespace_are_felt_by_its_pods() {
    let namespace = |labels: &str| {
        format!(
            "{WEB}\n---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: shop, labels: {{{labels}}}}}}}\n"
        )
    };
    let plain = namespace("team: a");
    let secured = namespace("team: a, pod-security.kubernetes.io/enforce: restricted");
    let refused = "Deployment shop/web inside Namespace shop: breaks at its next restart";
    check(&plain, &secured, &[refused]);
    let meshed = namespace("team: a, istio-injection: enabled");
    check(&plain, &meshed, &["Deployment shop/web inside Namespace shop: stale until it restarts"]);
    check(&plain, &namespace("team: b"), &[]);
}

#[test]
fn what_is_produced_goes_with_its_producer() {
    let secret = "
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: settings, namespace: shop}
spec: {data: [{secretKey: a, remoteRef: {key: a}}]}
";
    let web = WEB.replace("configMapKeyRef", "secretKeyRef");
    check(
        &format!("{web}{secret}"),
        &web,
        &[
            "Secret shop/settings produced-by ExternalSecret shop/settings: is deleted",
            "  Deployment shop/web reads Secret shop/settings: breaks at its next restart",
        ],
    );
}

#[test]
fn a_policy_reaches_what_it_selects() {
    let policy = "
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}}
";
    let reached = "Deployment shop/web selects NetworkPolicy shop/deny: fails silently";
    check(WEB, &format!("{WEB}{policy}"), &[reached]);
}

#[test]
fn a_refused_object_stops_its_unit_and_all_that_waits() {
    let sources = Sources::default();
    let id = |name: &str| UnitId {
        kind: "Kustomization".into(),
        namespace: "flux-system".into(),
        name: name.into(),
    };
    let of = |text: &str| {
        let infra = unit(&sources, "infra", text);
        let span = infra.resources[0].body.span();
        let after = |name: &str, needs: &str| {
            let mut unit = unit(&sources, name, "");
            unit.depends_on = vec![(id(needs), span)];
            unit
        };
        state(vec![
            infra,
            after("apps", "infra"),
            after("jobs", "apps"),
            unit(&sources, "free", ""),
        ])
    };
    let (before, after) = (of(WEB), of(&WEB.replace("{app: web}", "{app: x}")));
    let changes = compare(&before, &after);
    let refused = changes.iter().map(|c| c.key.clone()).collect();
    assert_eq!(
        told(&before, &after, &changes, &refused),
        [
            "Kustomization flux-system/infra applies Deployment shop/web: breaks now",
            "  Kustomization flux-system/apps waits-for Kustomization flux-system/infra: waits",
            "    Kustomization flux-system/jobs waits-for Kustomization flux-system/apps: waits",
        ]
    );
}

fn restarted(before: &str, after: &str) -> Option<(Replacement, Outage)> {
    let sources = Sources::default();
    let changes = compare(&one(&sources, before), &one(&sources, after));
    restart(changes.first()?).map(|r| (r.replacement, r.outage))
}

#[test]
fn only_a_change_of_the_template_restarts() {
    assert_eq!(restarted(WEB, &WEB.replace("spec:\n  sel", "spec:\n  replicas: 3\n  sel")), None);
    assert_eq!(
        restarted(
            WEB,
            &WEB.replace("image: web:1", "image: web:1, resources: {limits: {}}").replace(
                "{name: http, containerPort: 8080}",
                "{containerPort: 8080, name: http, protocol: TCP}"
            )
        ),
        None
    );
    let (how, _) = restarted(WEB, &WEB.replace("web:1", "web:2")).unwrap();
    assert_eq!(how, Replacement::Rolling);
}

#[test]
fn how_pods_are_replaced_says_whether_anything_serves() {
    let image = |text: &str| restarted(text, &text.replace("web:1", "web:2")).unwrap();
    let with = |line: &str| WEB.replace("spec:\n  sel", &format!("spec:\n  {line}\n  sel"));
    assert!(matches!(image(WEB), (Replacement::Rolling, Outage::Possible(_))));
    let recreate = with("strategy: {type: Recreate}");
    assert!(matches!(image(&recreate), (Replacement::AllAtOnce, Outage::Certain(_))));
    assert!(matches!(image(&with("paused: true")), (Replacement::Held(_), Outage::None)));
    let stateful = WEB.replace("Deployment", "StatefulSet");
    assert!(matches!(image(&stateful), (Replacement::OneByOne, Outage::Certain(_))));
    let spared = with("updateStrategy: {rollingUpdate: {partition: 1}}");
    let spared = spared.replace("Deployment", "StatefulSet");
    assert!(matches!(image(&spared), (Replacement::Held(_), Outage::None)));
    let ready = WEB
        .replace("image: web:1", "image: web:1\n          readinessProbe: {httpGet: {port: 80}}");
    assert_eq!(image(&ready), (Replacement::Rolling, Outage::None));
}
