//! A report as a change to a shared label makes it, for the tests of all formats.

mod decision;
mod recovery;

use std::collections::BTreeSet;

use gitops_model::*;
use gitops_yaml::{FileId, Sources, Span};

use decision::{gate, risk};

pub(crate) use recovery::plan;

pub(crate) const OVERLAY: &str = "\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop
resources:
  - web.yaml
  - db.yaml
commonLabels:
  app: shop-web
";

const DATABASE: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
spec:
  serviceName: database
";

/// The report and the files it speaks of.
pub(crate) fn blocked() -> (Report, Sources) {
    let sources = Sources::default();
    let overlay = sources.add("apps/base/kustomization.yaml", OVERLAY.as_bytes());
    let database = sources.add("apps/base/db.yaml", DATABASE.as_bytes());
    let label = at(overlay, OVERLAY, "shop-web");
    let service_name = at(database, DATABASE, "database");
    let mut report = Report {
        rules: vec![rule()],
        clusters: vec![
            cluster(
                "dev",
                Environment::Dev,
                "canary",
                Tracks::Branch("main".into()),
                Some(Effect::Now),
            ),
            cluster(
                "staging",
                Environment::Staging,
                "early",
                Tracks::Branch("main".into()),
                Some(Effect::Now),
            ),
            cluster(
                "prod-eu",
                Environment::Production,
                "prod",
                Tracks::Tag("prod-v1.4.2".into()),
                Some(Effect::Queued),
            ),
            cluster(
                "prod-us",
                Environment::Production,
                "prod",
                Tracks::Tag("prod-v1.4.2".into()),
                Some(Effect::Queued),
            ),
            cluster("lab", Environment::Dev, "canary", Tracks::Commit("4f2a9c1".into()), None),
        ],
        changes: [
            ("web", Action::Modified),
            ("api", Action::Modified),
            ("worker", Action::Recreated),
        ]
        .into_iter()
        .flat_map(|(name, action)| {
            [
                change("Deployment", name, action, Effect::Now, &["dev", "staging"], label),
                change("Deployment", name, action, Effect::Queued, &["prod-eu", "prod-us"], label),
            ]
        })
        .chain([
            change("StatefulSet", "db", Action::Modified, Effect::Now, &["dev"], service_name),
            change("ConfigMap", "flags", Action::Modified, Effect::Now, &["dev", "staging"], label),
            change(
                "ConfigMap",
                "flags",
                Action::Modified,
                Effect::Queued,
                &["prod-eu", "prod-us"],
                label,
            ),
            change("Job", "migrate-7f4c", Action::Added, Effect::Now, &["dev"], label),
        ])
        .collect(),
        findings: findings(label, service_name),
        impact: impact(),
        risk: risk(),
        gate: gate(),
        ways: Vec::new(),
        rollback: recovery::rollback(),
        unchecked: vec![
            Unchecked::new("HelmRelease media/plex", "the chart is not in the repository", None),
            Unchecked {
                changed: true,
                ..Unchecked::new(
                    "Kustomization flux-system/tenants",
                    "its source `tenants` is another repository",
                    Some(label),
                )
            },
        ],
    };
    report.ways = report.findings.iter().take(1).map(recovery::way).collect();
    (report, sources)
}

pub(crate) fn at(file: FileId, text: &str, needle: &str) -> Span {
    let start = text.find(needle).unwrap() as u32;
    Span::new(file, start, start + needle.len() as u32)
}

pub(crate) fn rule() -> RuleMeta {
    RuleMeta {
        id: "immutable-field",
        summary: "A field that Kubernetes fixes when an object is created was changed",
        severity: Severity::Error,
        persona: gitops_model::Persona::Regular,
        since: "0.1.0",
        page: "# immutable-field\n\nA field that Kubernetes fixes when an object is created\nwas changed.\n\n## Example\n\n```yaml base=apps/web.yaml\nspec: {selector: {app: web}}\n```\n\n- one\n- two\n",
    }
}

fn cluster(
    name: &str,
    environment: Environment,
    wave: &str,
    tracks: Tracks,
    effect: Option<Effect>,
) -> ClusterReport {
    let source = Source {
        object: SourceRef {
            kind: "GitRepository".into(),
            namespace: "flux-system".into(),
            name: "flux-system".into(),
        },
        tracks,
        revision: Some(Revision("4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b".into())),
        deployed: Deployed::Reference,
        here: true,
        declared: None,
    };
    ClusterReport {
        cluster: Cluster {
            name: name.into(),
            path: format!("clusters/{name}").into(),
            environment,
            version: Some(KubernetesVersion { major: 1, minor: 36 }),
            reached: true,
        },
        wave: Some(wave.into()),
        sources: vec![SourceReport { source, effect }],
        changes: Counts { modified: 2, recreated: 1, ..Counts::default() },
    }
}

fn key(kind: &str, name: &str) -> ObjectKey {
    let (group, namespace) = match kind {
        "Deployment" | "StatefulSet" => ("apps", "shop"),
        "Kustomization" => ("kustomize.toolkit.fluxcd.io", "flux-system"),
        _ => ("", "shop"),
    };
    ObjectKey::new(group, kind, namespace, name)
}

fn change(
    kind: &str,
    name: &str,
    action: Action,
    effect: Effect,
    clusters: &[&str],
    written: Span,
) -> ChangeReport {
    let (path, before, after) =
        ("spec.selector.matchLabels.app".into(), Some("web".into()), Some("shop-web".into()));
    ChangeReport {
        gvk: Gvk::new("apps/v1", kind),
        key: key(kind, name),
        action,
        effect,
        clusters: clusters.iter().map(|c| (*c).into()).collect(),
        fields: vec![FieldReport { path, before, after, written }],
        waits: false,
    }
}

fn finding(
    rule: RuleId,
    severity: Severity,
    message: &str,
    object: ObjectKey,
    span: Span,
) -> Finding {
    Finding {
        rule,
        severity,
        confidence: Confidence::Certain,
        message: message.into(),
        help: None,
        labels: vec![Label { role: Role::Primary, span, message: String::new() }],
        object: Some((
            Gvk::new(if object.group.is_empty() { "v1" } else { "apps/v1" }, &object.kind),
            object,
        )),
        others: Default::default(),
        field: None,
        apply: None,
        effect: Some(Effect::Now),
        clusters: ["dev", "staging"].into_iter().map(Into::into).collect(),
        cause: "c1".into(),
        fingerprint: "f1".into(),
        suppressed: None,
    }
}

fn findings(label: Span, service_name: Span) -> Vec<Finding> {
    let selector = |name: &str, apply, effect, clusters: [&str; 2]| {
        Finding {
        help: Some("rename the Deployment and move traffic by a label that both carry, then remove the old one: `gitops-lint plan` has the steps".into()),
        labels: vec![Label { role: Role::Primary, span: label, message: "`spec.selector.matchLabels.app` was `web`".into() }],
        others: Default::default(),
        field: Some(FieldPath::keys(&["spec", "selector"])),
        apply: Some(apply),
        effect: Some(effect),
        clusters: clusters.into_iter().map(Into::into).collect::<BTreeSet<_>>(),
        ..finding("immutable-field", Severity::Error, "`spec.selector` of Deployment `shop/web` is immutable: the API server refuses the update, and the Kustomization `apps` applies nothing more", key("Deployment", name), label)
    }
    };
    let (dev, prod) = (["dev", "staging"], ["prod-eu", "prod-us"]);
    vec![
        selector("web", Apply::Rejected, Effect::Now, dev),
        selector("api", Apply::Rejected, Effect::Now, dev),
        selector("worker", Apply::Recreated, Effect::Now, dev),
        selector("web", Apply::Rejected, Effect::Queued, prod),
        selector("api", Apply::Rejected, Effect::Queued, prod),
        selector("worker", Apply::Recreated, Effect::Queued, prod),
        finding(
            "service-selects-nothing",
            Severity::Warning,
            "Service `shop/web` selects `app=web`, and no pod would carry that label",
            key("Service", "web"),
            label,
        ),
        Finding {
            apply: Some(Apply::Rejected),
            clusters: ["dev"].into_iter().map(Into::into).collect(),
            cause: "c2".into(),
            fingerprint: "f2".into(),
            ..finding(
                "immutable-field",
                Severity::Error,
                "`spec.serviceName` of StatefulSet `shop/db` is immutable",
                key("StatefulSet", "db"),
                service_name,
            )
        },
        Finding {
            suppressed: Some(Suppressed {
                by: "comment",
                reason: "moves next week".into(),
                expires: Some("2027-01-31".into()),
            }),
            ..finding(
                "missing-reference",
                Severity::Error,
                "ConfigMap `shop/env` is not there",
                key("Deployment", "web"),
                label,
            )
        },
    ]
}

fn impact() -> Impact {
    let (web, shop) = (|| key("Deployment", "web"), || key("Kustomization", "shop"));
    let edge = |from, to, kind, reason, consequence: &str| ImpactEdge {
        from,
        to,
        kind,
        reason,
        consequence: consequence.into(),
        effect: Effect::Now,
        clusters: vec!["dev".into(), "staging".into()],
    };
    let edges = vec![
        edge(key("Kustomization", "shop"), web(), "applies", "applies", "breaks now"),
        edge(key("Kustomization", "monitoring"), shop(), "waits-for", "waits for", "waits"),
        edge(key("Kustomization", "ingress"), shop(), "waits-for", "waits for", "waits"),
        edge(key("Service", "web"), web(), "routes-to", "routes to", "breaks now"),
    ];
    Impact {
        nodes: edges.iter().map(|e| e.from.clone()).chain([key("Deployment", "web")]).collect(),
        edges,
    }
}
