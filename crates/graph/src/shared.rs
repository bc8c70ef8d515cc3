//! What objects use together without naming it: adapters of metrics, load balancers of a group.

use std::collections::BTreeMap;

use gitops_model::{ClusterState, FieldPath, ObjectKey, Resource, Segment};
use gitops_yaml::Node;

use crate::{Consequence, Edge, Relation};

/// The annotation by which Ingresses share a load balancer of AWS.
const GROUP: &str = "alb.ingress.kubernetes.io/group.name";

/// The groups of APIs that serve the metrics of a type.
const ADAPTERS: [(&str, &str); 4] = [
    ("External", "external.metrics.k8s.io"),
    ("Object", "custom.metrics.k8s.io"),
    ("Pods", "custom.metrics.k8s.io"),
    ("Resource", "metrics.k8s.io"),
];

/// The edges of a cluster that no field tells.
pub(crate) fn joins(state: &ClusterState) -> Vec<(ObjectKey, ObjectKey, Edge)> {
    let mut found = adapters(state);
    found.extend(load_balancers(state));
    found
}

/// From autoscalers to the APIServices, if they are here, that serve what they measure.
fn adapters(state: &ClusterState) -> Vec<(ObjectKey, ObjectKey, Edge)> {
    let of_kind = |group: &'static str, kind: &'static str| {
        state.objects().map(|(_, o)| o).filter(move |o| o.gvk.is(group, kind))
    };
    let services: Vec<_> = of_kind("apiregistration.k8s.io", "APIService").collect();
    let mut found = Vec::new();
    for autoscaler in of_kind("autoscaling", "HorizontalPodAutoscaler") {
        let metrics = autoscaler.at(&["spec", "metrics"]).map(Node::items).unwrap_or_default();
        for (index, metric) in metrics.iter().enumerate() {
            let Some(ty) = metric.get("type") else { continue };
            let group = ADAPTERS.iter().find(|(name, _)| ty.text() == Some(name)).map(|(_, g)| *g);
            let serves = |s: &&&std::sync::Arc<Resource>| {
                group.is_some() && s.at(&["spec", "group"]).and_then(Node::text) == group
            };
            if let Some(service) = services.iter().find(serves) {
                let mut path = FieldPath::keys(&["spec", "metrics"]);
                path.0.extend([Segment::Index(index), Segment::Key("type".into())]);
                let edge = Edge::implied(Relation::Reads, Consequence::Silent);
                let edge = Edge { path, span: Some(ty.span()), ..edge };
                found.push((autoscaler.key.clone(), service.key.clone(), edge));
            }
        }
    }
    found
}

/// Between the Ingresses of a group, each with the one before it and the first with the last: a change of
/// any of them is written to the load balancer of all.
fn load_balancers(state: &ClusterState) -> Vec<(ObjectKey, ObjectKey, Edge)> {
    let mut groups: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    for (_, object) in state.objects() {
        if let Some(group) = object.annotation(GROUP)
            && object.gvk.is("networking.k8s.io", "Ingress")
        {
            groups.entry(group).or_default().push(object);
        }
    }
    let mut found = Vec::new();
    for mut group in groups.into_values().filter(|group| group.len() > 1) {
        group.sort_by(|a, b| a.key.cmp(&b.key));
        for (at, ingress) in group.iter().enumerate() {
            let other = group[(at + group.len() - 1) % group.len()];
            let edge = Edge {
                changed: Consequence::Reloads,
                path: FieldPath::keys(&["metadata", "annotations", GROUP]),
                span: ingress.at(&["metadata", "annotations", GROUP]).map(Node::span),
                ..Edge::implied(Relation::Uses, Consequence::Reloads)
            };
            found.push((ingress.key.clone(), other.key.clone(), edge));
        }
    }
    found
}
