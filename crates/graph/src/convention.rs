//! ConfigMaps and Secrets that are read by convention and not by name: those with a label that a sidecar collects
//! (github.com/kiwigrid/k8s-sidecar README, as Grafana and Prometheus are deployed), and what CoreDNS imports
//! (learn.microsoft.com/azure/aks/coredns-custom).

use gitops_model::{ClusterState, ObjectKey, Resource};
use gitops_yaml::Node;

use crate::{Consequence, Edge, PodTemplate, Relation};

/// What one cluster add-on reads if it is there: the Deployment, and the ConfigMap beside it.
const IMPORTED: [(&str, &str); 1] = [("coredns", "coredns-custom")];

type Found = (ObjectKey, ObjectKey, Edge);

/// The edges to objects that are read because of what they are called or labelled.
pub(crate) fn reads(state: &ClusterState) -> Vec<Found> {
    let read: Vec<&Resource> =
        state.objects().map(|(_, o)| &**o).filter(|o| kind(o).is_some()).collect();
    let mut found: Vec<Found> = read.iter().filter_map(|object| imported(object)).collect();
    for (_, workload) in state.objects() {
        let Some(template) = PodTemplate::of(workload) else { continue };
        for sidecar in template.containers().filter_map(|c| Sidecar::of(c, workload)) {
            let collected = read.iter().filter(|object| sidecar.collects(object));
            found.extend(collected.map(|o| (workload.key.clone(), o.key.clone(), sidecar.edge())));
        }
    }
    found
}

fn edge() -> Edge {
    Edge { changed: Consequence::Reloads, ..Edge::implied(Relation::Reads, Consequence::Silent) }
}

fn kind(object: &Resource) -> Option<&'static str> {
    match (object.gvk.group.as_str(), object.gvk.kind.as_str()) {
        ("", "ConfigMap") => Some("configmap"),
        ("", "Secret") => Some("secret"),
        _ => None,
    }
}

fn imported(object: &Resource) -> Option<Found> {
    let named = |(_, name): &&(&str, &str)| object.key.name == *name;
    let (reader, _) = IMPORTED.iter().find(named)?;
    let here = object.key.namespace == "kube-system" && object.gvk.kind == "ConfigMap";
    let reader = ObjectKey::new("apps", "Deployment", &object.key.namespace, reader);
    here.then(|| (reader, object.key.clone(), edge()))
}

/// A container that collects objects with a label.
struct Sidecar<'a> {
    label: &'a Node,
    value: Option<&'a str>,
    kinds: &'a str,
    /// Where it looks; `None` for everywhere.
    namespaces: Option<Vec<&'a str>>,
}

impl<'a> Sidecar<'a> {
    fn of(container: &'a Node, workload: &'a Resource) -> Option<Self> {
        let image = container.get("image").and_then(Node::text)?;
        let env = container.get("env").map(Node::items).unwrap_or_default();
        let variable = |name: &str| {
            env.iter().find(|v| v.get("name").and_then(Node::text) == Some(name))?.get("value")
        };
        let text = |name: &str| variable(name).and_then(Node::text);
        let namespaces = match text("NAMESPACE") {
            Some("ALL") => None,
            Some(list) => Some(list.split(',').map(str::trim).collect()),
            None => Some(vec![workload.key.namespace.as_str()]),
        };
        image.contains("k8s-sidecar").then_some(())?;
        let (value, kinds) = (text("LABEL_VALUE"), text("RESOURCE").unwrap_or("configmap"));
        Some(Self { label: variable("LABEL")?, value, kinds, namespaces })
    }

    fn collects(&self, object: &Resource) -> bool {
        let value = self.label.text().and_then(|label| object.label(label));
        let kind = kind(object).is_some_and(|kind| self.kinds == "both" || self.kinds == kind);
        let wanted = |value| self.value.is_none_or(|wanted| wanted.is_empty() || wanted == value);
        let here = |names: &Vec<&str>| names.contains(&object.key.namespace.as_str());
        kind && value.is_some_and(wanted) && self.namespaces.as_ref().is_none_or(here)
    }

    fn edge(&self) -> Edge {
        Edge { span: Some(self.label.span()), selected: true, ..edge() }
    }
}
