//! Two states of a cluster, and what differs.

use std::fmt::Write as _;

use gitops_compare::{RenameKind, compare, renames};
use gitops_model::{Change, ClusterState, FieldPath, Removal, Unit};
use gitops_testkit::{state, unit};
use gitops_yaml::Sources;
use proptest::prelude::*;

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - {name: web, image: web:1, args: [--a, --b], ports: [{containerPort: 80}]}
        - {name: log, image: log:1}
";

fn one(sources: &Sources, text: &str) -> ClusterState {
    state(vec![unit(sources, "apps", text)])
}

/// `action key`, then each field as `path: before -> after`.
fn told(changes: &[Change]) -> String {
    let mut out = String::new();
    for change in changes {
        let _ = writeln!(out, "{:?} {}", change.action, change.key);
        for field in &change.fields {
            let text = |node: &Option<gitops_yaml::Node>| match node {
                Some(node) => node.text().unwrap_or("...").to_owned(),
                None => "-".to_owned(),
            };
            let mark = if field.same_meaning { " (same)" } else { "" };
            let (before, after) = (text(&field.before), text(&field.after));
            let _ = writeln!(out, "  {}: {before} -> {after}{mark}", field.path);
        }
    }
    out
}

/// Compares one object before and after.
fn check(before: &str, after: &str, expected: &str) {
    let sources = Sources::default();
    let changes = compare(&one(&sources, before), &one(&sources, after));
    assert_eq!(told(&changes).trim_end(), expected.trim_start_matches('\n'));
}

fn edit(from: &str, to: &str) -> String {
    assert!(DEPLOYMENT.contains(from));
    DEPLOYMENT.replace(from, to)
}

#[test]
fn a_field_is_named_by_the_keys_of_its_list() {
    check(
        DEPLOYMENT,
        &edit("image: log:1", "image: log:2"),
        "
Modified Deployment shop/web
  spec.template.spec.containers[name=log].image: log:1 -> log:2",
    );
}

#[test]
fn scalars_of_a_list_are_paired_by_what_they_have_in_common() {
    check(
        DEPLOYMENT,
        &edit("[--a, --b]", "[--a, --c, --b, --d]"),
        "
Modified Deployment shop/web
  spec.template.spec.containers[name=web].args[1]: - -> --c
  spec.template.spec.containers[name=web].args[3]: - -> --d",
    );
    check(
        DEPLOYMENT,
        &edit("[--a, --b]", "[--x]"),
        "
Modified Deployment shop/web
  spec.template.spec.containers[name=web].args[0]: --a -> --x
  spec.template.spec.containers[name=web].args[1]: --b -> -",
    );
}

#[test]
fn another_order_of_a_list_is_a_change_of_the_list() {
    let swapped = DEPLOYMENT.replace("name: web, image: web:1", "name: x, image: x").replace(
        "        - {name: log, image: log:1}\n",
        "        - {name: web, image: web:1, args: [--a, --b], ports: [{containerPort: 80}]}\n",
    );
    let sources = Sources::default();
    let before = DEPLOYMENT.replace(
        "name: log, image: log:1",
        "name: x, image: x, args: [--a, --b], ports: [{containerPort: 80}]",
    );
    let changes = compare(&one(&sources, &before), &one(&sources, &swapped));
    assert_eq!(
        told(&changes),
        "Modified Deployment shop/web\n  spec.template.spec.containers: ... -> ...\n"
    );
}

#[test]
fn null_and_absent_mean_the_same() {
    check(
        DEPLOYMENT,
        &edit("  replicas: 2", "  replicas: 2\n  paused: null"),
        "
Modified Deployment shop/web
  spec.paused: - -> null (same)",
    );
}

#[test]
fn equal_quantities_mean_the_same() {
    let with = |cpu: &str| {
        edit(
            "{name: log, image: log:1}",
            &format!("{{name: log, resources: {{limits: {{cpu: {cpu}}}}}}}"),
        )
    };
    check(
        &with("1000m"),
        &with("1"),
        "
Modified Deployment shop/web
  spec.template.spec.containers[name=log].resources.limits.cpu: 1000m -> 1 (same)",
    );
}

#[test]
fn a_default_that_is_written_out_means_the_same() {
    check(
        DEPLOYMENT,
        &edit(
            "{name: log, image: log:1}",
            "{name: log, image: log:1, imagePullPolicy: IfNotPresent, tty: true}",
        ),
        "
Modified Deployment shop/web
  spec.template.spec.containers[name=log].imagePullPolicy: - -> IfNotPresent (same)
  spec.template.spec.containers[name=log].tty: - -> true",
    );
}

#[test]
fn a_list_is_paired_by_the_keys_of_its_kind() {
    let service = |name: &str, target: &str| {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: web}}, spec: {{ports: [{{name: {name}, port: 80, targetPort: {target}}}]}}}}"
        )
    };
    check(
        &service("http", "a"),
        &service("web", "b"),
        "
Modified Service web
  spec.ports[port=80].name: http -> web
  spec.ports[port=80].targetPort: a -> b",
    );
}

#[test]
fn a_key_that_moves_is_no_change() {
    check(DEPLOYMENT, &edit("{name: log, image: log:1}", "{image: log:1, name: log}"), "");
}

#[test]
fn objects_come_go_and_move() {
    let sources = Sources::default();
    let config = |name: &str| {
        format!(
            "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}, namespace: a}}}}\n---\n"
        )
    };
    let of = |first: &str, second: &str| {
        state(vec![unit(&sources, "first", first), unit(&sources, "second", second)])
    };
    let before = of(&(config("goes") + &config("moves")), &config("stays"));
    let after = of(&config("comes"), &(config("stays") + &config("moves")));
    assert_eq!(
        told(&compare(&before, &after)),
        "Added ConfigMap a/comes\nRemoved ConfigMap a/goes\nMoved ConfigMap a/moves\n"
    );
}

#[test]
fn the_default_namespace_may_be_left_out() {
    let config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {a: b}}";
    let named = config.replace("{name: x}", "{name: x, namespace: default}");
    check(
        config,
        &named,
        "
Modified ConfigMap default/x
  metadata.namespace: - -> default",
    );
}

#[test]
fn what_was_not_rendered_is_not_compared() {
    let sources = Sources::default();
    let child = "
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: child, namespace: flux-system}
";
    let inner = "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}";
    let parent = unit(&sources, "parent", child);
    let object = parent.resources.first().cloned();
    let before = state(vec![parent.clone(), Unit { object, ..unit(&sources, "child", inner) }]);
    let after = state(vec![Unit { resources: Default::default(), inputs: None, ..parent }]);
    assert_eq!(told(&compare(&before, &after)), "");
    assert_eq!(told(&compare(&after, &before)), "");
}

#[test]
fn a_lost_field_blames_the_line_that_took_it() {
    let sources = Sources::default();
    let before = one(&sources, DEPLOYMENT);
    let mut after = one(&sources, &edit("  replicas: 2\n", ""));
    let old_line = before.units[0].resources[0].at(&["spec", "replicas"]).unwrap().span();
    assert_eq!(compare(&before, &after)[0].fields[0].written, old_line);

    let mut taken = after.units[0].resources[0].as_ref().clone();
    let by = taken.body.span();
    taken.removed = [Removal { path: FieldPath::keys(&["spec", "replicas"]), by }].into();
    after.units[0].resources = vec![taken.into()].into();
    assert_eq!(compare(&before, &after)[0].fields[0].written, by);
}

#[test]
fn an_app_is_renamed_with_all_that_bears_its_name() {
    let sources = Sources::default();
    let app = |name: &str, image: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: shop}}\n\
             spec: {{replicas: 2, a: 1, b: 2, template: {{spec: {{containers: [{{name: app, image: '{image}'}}]}}}}}}\n\
             ---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\n\
             spec: {{ports: [{{port: 80}}]}}\n---\n"
        )
    };
    let pairs = |before: &str, after: &str| -> Vec<String> {
        let changes = compare(&one(&sources, before), &one(&sources, after));
        let renames = renames(&changes);
        renames.iter().map(|r| format!("{} > {}", r.removed.key, r.added.key)).collect()
    };
    // Each takes a name after the other's; what is alike in both goes with its own app.
    let before = app("cart", "example.com/cart:1") + &app("mail", "example.com/mail:1");
    let after = app("shop-a", "example.com/mail:2") + &app("shop-b", "example.com/cart:2");
    assert_eq!(
        pairs(&before, &after),
        [
            "Service shop/cart > Service shop/shop-b",
            "Service shop/mail > Service shop/shop-a",
            "Deployment shop/cart > Deployment shop/shop-b",
            "Deployment shop/mail > Deployment shop/shop-a",
        ]
    );
    // One goes and another comes, written after one pattern.
    let workloads = pairs(&app("cart", "example.com/cart:1"), &app("mail", "example.com/mail:1"));
    assert!(workloads.iter().all(|pair| !pair.starts_with("Deployment")), "{workloads:?}");
}

#[test]
fn renames_are_found_by_name_and_by_content() {
    let sources = Sources::default();
    let object = |kind: &str, namespace: &str, name: &str, data: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: {name}, namespace: {namespace}}}, spec: {data}}}\n---\n"
        )
    };
    let big = "{a: 1, b: 2, c: 3, d: {e: 4}}";
    let before = object("Deployment", "shop", "db", "{x: 1}")
        + &object("Deployment", "shop", "old", big)
        + &object("Service", "one", "api", big)
        + &object("Gone", "shop", "gone", "{a: 1}");
    let after = object("StatefulSet", "shop", "db", "{y: 2}")
        + &object("Deployment", "shop", "new", &big.replace('4', "5"))
        + &object("Service", "two", "api", big)
        + &object("Gone", "shop", "other", "{z: 1}");
    let changes = compare(&one(&sources, &before), &one(&sources, &after));
    let found: Vec<(RenameKind, String, String)> = renames(&changes)
        .iter()
        .map(|r| (r.kind, r.removed.key.to_string(), r.added.key.to_string()))
        .collect();
    let pair = |kind, a: &str, b: &str| (kind, a.to_owned(), b.to_owned());
    assert_eq!(
        found,
        [
            pair(RenameKind::Kind, "Deployment shop/db", "StatefulSet shop/db"),
            pair(RenameKind::Name, "Deployment shop/old", "Deployment shop/new"),
            pair(RenameKind::Namespace, "Service one/api", "Service two/api"),
        ]
    );
}

/// YAML flow text of some depth; `item` says what stands in lists.
fn value(item: fn(usize, String) -> String) -> impl Strategy<Value = String> {
    let leaf =
        prop_oneof!["[a-c]{1,2}", "[0-3]", Just("null".to_owned()), Just("\"1\"".to_owned())];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        let key = prop_oneof!["name", "key", "[a-c]"];
        let list = proptest::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            list.prop_map(move |v| {
                let items: Vec<String> =
                    v.into_iter().enumerate().map(|(i, text)| item(i, text)).collect();
                format!("[{}]", items.join(", "))
            }),
            proptest::collection::btree_map(key, inner, 0..4).prop_map(|m| {
                let entries: Vec<String> = m.iter().map(|(k, v)| format!("{k}: {v}")).collect();
                format!("{{{}}}", entries.join(", "))
            }),
        ]
    })
}

fn bare(_: usize, text: String) -> String {
    text
}

/// An item that says which it is: no two ways to pair it.
fn named(at: usize, text: String) -> String {
    format!("{{name: n{at}, value: {text}}}")
}

fn object(spec: &str) -> String {
    format!("{{apiVersion: x/v1, kind: Thing, metadata: {{name: x}}, spec: {spec}}}")
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(spec in value(bare)) {
        let sources = Sources::default();
        let state = one(&sources, &object(&spec));
        let again = one(&Sources::default(), &object(&spec));
        prop_assert!(compare(&state, &state).is_empty());
        prop_assert!(compare(&state, &again).is_empty());
    }

    #[test]
    fn back_is_the_reverse_of_forth(a in value(named), b in value(named)) {
        let sources = Sources::default();
        let (before, after) = (one(&sources, &object(&a)), one(&sources, &object(&b)));
        let values = |changes: &[Change], forth: bool| {
            let mut values: Vec<(String, String)> = changes
                .iter()
                .flat_map(|c| &c.fields)
                .map(|f| (format!("{:?}", f.before), format!("{:?}", f.after)))
                .map(|(x, y)| if forth { (x, y) } else { (y, x) })
                .collect();
            values.sort();
            values
        };
        let (forth, back) = (compare(&before, &after), compare(&after, &before));
        let same = before.units[0].resources[0].body.same(&after.units[0].resources[0].body);
        prop_assert_eq!(forth.is_empty(), same);
        prop_assert_eq!(values(&forth, true), values(&back, false));
    }
}
