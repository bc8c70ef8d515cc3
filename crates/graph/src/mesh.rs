//! Istio's subsets: who routes to which, and which pods are in it.

use std::collections::BTreeMap;

use gitops_model::{ClusterState, FieldPath, ObjectKey, Resource, Segment};
use gitops_yaml::{Node, SmolStr};

use crate::references::service_host;
use crate::selections::{Candidates, NO_ROW};
use crate::{Consequence, Edge, Relation, Selection};

/// The DestinationRules of a cluster by the host that they are for.
struct Rules<'a>(BTreeMap<String, Vec<&'a Resource>>);

impl<'a> Rules<'a> {
    fn of(state: &'a ClusterState) -> Self {
        let mut rules: BTreeMap<String, Vec<&Resource>> = BTreeMap::new();
        for (_, object) in state.objects() {
            if object.gvk.is("networking.istio.io", "DestinationRule") {
                let host = object.at(&["spec", "host"]).and_then(Node::text).unwrap_or_default();
                rules.entry(name(host, object)).or_default().push(object);
            }
        }
        Self(rules)
    }

    /// The rule that a destination's subset is looked up in: one that has it, else any of the host.
    fn for_subset(&self, host: &str, from: &Resource, subset: &str) -> Option<&'a Resource> {
        let rules = self.0.get(&name(host, from))?;
        let has = |rule: &&&Resource| subsets(rule).any(|(_, s)| text(s, "name") == subset);
        rules.iter().find(has).or(rules.first()).copied()
    }
}

/// A host in one way of writing it.
fn name(host: &str, from: &Resource) -> String {
    match service_host(host, &from.key.namespace) {
        Some((namespace, name)) => format!("{name}.{namespace}"),
        None => host.to_owned(),
    }
}

fn text<'a>(node: &'a Node, key: &str) -> &'a str {
    node.get(key).and_then(Node::text).unwrap_or_default()
}

fn subsets(rule: &Resource) -> impl Iterator<Item = (usize, &Node)> {
    rule.at(&["spec", "subsets"]).map(Node::items).unwrap_or_default().iter().enumerate()
}

/// The edges from VirtualServices to the rules that define the subsets that they route to.
pub(crate) fn routes(state: &ClusterState) -> Vec<(ObjectKey, ObjectKey, Edge)> {
    let rules = Rules::of(state);
    let mut found = Vec::new();
    for (_, object) in state.objects() {
        if rules.0.is_empty() || !object.gvk.is("networking.istio.io", "VirtualService") {
            continue;
        }
        for protocol in ["http", "tls", "tcp"] {
            let routes = object.at(&["spec", protocol]).map(Node::items).unwrap_or_default();
            for (route, node) in routes.iter().enumerate() {
                let to = node.get("route").map(Node::items).unwrap_or_default();
                for (at, destination) in to.iter().enumerate() {
                    let mut path = FieldPath::keys(&["spec", protocol]);
                    path.0.extend([Segment::Index(route), Segment::Key("route".into())]);
                    path.0.extend([Segment::Index(at), Segment::Key("destination".into())]);
                    let joined = to_subset(&rules, object, destination.get("destination"), path);
                    found.extend(joined.map(|(to, edge)| (object.key.clone(), to, edge)));
                }
            }
        }
    }
    found
}

fn to_subset(
    rules: &Rules<'_>,
    from: &Resource,
    destination: Option<&Node>,
    mut path: FieldPath,
) -> Option<(ObjectKey, Edge)> {
    let subset = destination?.get("subset")?;
    let name = subset.text()?;
    let rule = rules.for_subset(text(destination?, "host"), from, name)?;
    path.0.push(Segment::Key("subset".into()));
    let edge = Edge {
        path,
        span: Some(subset.span()),
        port: Some(SmolStr::new(name)),
        ..Edge::implied(Relation::RoutesTo, Consequence::BreaksNow)
    };
    Some((rule.key.clone(), edge))
}

/// What the subsets of DestinationRules select: of the pods of the host's Service those with their labels.
pub(crate) fn selections(state: &ClusterState, candidates: &Candidates<'_>) -> Vec<Selection> {
    let rules = Rules::of(state);
    let mut found = Vec::new();
    for rule in rules.0.values().flatten() {
        let host = rule.at(&["spec", "host"]).and_then(Node::text).unwrap_or_default();
        let Some((namespace, name)) = service_host(host, &rule.key.namespace) else { continue };
        let key = ObjectKey::new("", "Service", namespace, name);
        let service = state.objects().map(|(_, o)| o).find(|o| o.key == key);
        let Some(selector) = service.and_then(|s| s.at(&["spec", "selector"])) else { continue };
        let pods = candidates.pods(namespace, selector);
        for (at, subset) in subsets(rule) {
            let Some(labels) = subset.get("labels") else { continue };
            let mut path = FieldPath::keys(&["spec", "subsets"]);
            path.0.extend([Segment::Index(at), Segment::Key("labels".into())]);
            let labelled = candidates.pods(namespace, labels);
            found.push(Selection {
                from: rule.key.clone(),
                path,
                span: labels.span(),
                relation: Relation::Selects,
                kind: "pod-template".into(),
                is_empty: labels.entries().is_empty(),
                matched: pods.intersection(&labelled).map(|key| (*key).clone()).collect(),
                lost: Consequence::BreaksNow,
                governs: Consequence::Nothing,
                row: NO_ROW,
            });
        }
    }
    found
}
