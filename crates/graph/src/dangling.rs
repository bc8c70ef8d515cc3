//! References that lead nowhere.

use std::collections::BTreeSet;

use gitops_model::{ObjectKey, Resource};
use gitops_yaml::{Node, SmolStr};

use crate::{Graph, Link, PodTemplate, Presence, Relation};

/// A reference to something that is not there.
#[derive(Debug, Clone)]
pub struct Dangling<'a> {
    /// The reference.
    pub link: Link<'a>,
    /// What is missing.
    pub missing: Missing,
}

/// What a reference does not find.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// The object: nothing here holds it or brings it about. It may live outside the repository.
    Object,
    /// A key of a ConfigMap or Secret that is here.
    Key(SmolStr),
    /// A port, listener or subset of an object that is here.
    Port(SmolStr),
}

impl Graph {
    /// The references that find nothing here, optional ones left out, in the order of the objects.
    /// Those to objects that no one here holds are told too: see [`Graph::newly_dangling`] for those
    /// that were good before.
    #[must_use]
    pub fn dangling(&self) -> Vec<Dangling<'_>> {
        self.edges()
            .filter(|link| !link.edge.optional)
            .flat_map(|link| self.missing(link))
            .collect()
    }

    /// The references that find nothing here, though what they name was there before.
    #[must_use]
    pub fn newly_dangling<'a>(&'a self, before: &Self) -> Vec<Dangling<'a>> {
        let was_there = |d: &Dangling<'_>| {
            let target = before.find(&d.link.to.key);
            target.is_some_and(|vertex| match &d.missing {
                Missing::Object => vertex.presence != Presence::External,
                Missing::Key(key) => before.keys(vertex).is_some_and(|keys| keys.contains(key)),
                Missing::Port(port) => vertex
                    .object()
                    .is_some_and(|o| ports(o).is_some_and(|ports| ports.contains(port.as_str()))),
            })
        };
        self.dangling().into_iter().filter(was_there).collect()
    }

    fn missing<'a>(&self, link: Link<'a>) -> Vec<Dangling<'a>> {
        let found = |missing| Dangling { link, missing };
        if link.to.presence == Presence::External {
            return vec![found(Missing::Object)];
        }
        let keys = self.keys(link.to);
        let absent = |key: &&SmolStr| keys.as_ref().is_some_and(|keys| !keys.contains(*key));
        let keys = link.edge.keys.iter().filter(absent).cloned().map(Missing::Key);
        let served = link.to.object().and_then(|o| ports(o));
        let unserved =
            |port: &&SmolStr| served.as_ref().is_some_and(|p| !p.contains(port.as_str()));
        let port = link.edge.port.iter().filter(unserved).cloned().map(Missing::Port);
        keys.chain(port).chain(unnamed_ports(link)).map(found).collect()
    }

    /// The keys of a ConfigMap or Secret; `None` where they are not known.
    pub(crate) fn keys(&self, vertex: &crate::Vertex) -> Option<BTreeSet<SmolStr>> {
        match &vertex.presence {
            Presence::Produced { keys, .. } => keys.clone(),
            // What is rendered and produced too gets keys from both.
            Presence::Found { object, .. } if !self.is_produced(&vertex.key) => data_keys(object),
            _ => None,
        }
    }

    fn is_produced(&self, key: &ObjectKey) -> bool {
        self.edges_from(key).iter().any(|l| l.edge.relation == Relation::ProducedBy)
    }
}

fn data_keys(object: &Resource) -> Option<BTreeSet<SmolStr>> {
    if !(object.gvk.is("", "ConfigMap") || object.gvk.is("", "Secret")) {
        return None;
    }
    let maps = ["data", "binaryData", "stringData"].into_iter().filter_map(|k| object.body.get(k));
    Some(maps.flat_map(Node::entries).map(|e| e.key.clone()).collect())
}

/// The ports of a Service, the listeners of a Gateway, the subsets of a DestinationRule: by name, and
/// by number where they have one.
pub(crate) fn ports(object: &Resource) -> Option<BTreeSet<&str>> {
    let list = match (object.gvk.group.as_str(), object.gvk.kind.as_str()) {
        // Anything may stand behind an external name.
        ("", "Service") if object.at(&["spec", "externalName"]).is_some() => return None,
        ("", "Service") => ["spec", "ports"],
        ("gateway.networking.k8s.io", "Gateway") => ["spec", "listeners"],
        ("networking.istio.io", "DestinationRule") => ["spec", "subsets"],
        _ => return None,
    };
    let items = object.at(&list).map(Node::items).unwrap_or_default();
    let names = items.iter().flat_map(|item| [item.get("name"), item.get("port")]);
    Some(names.flatten().filter_map(Node::text).collect())
}

/// The named ports for which an object selects another one that does not have them: target ports of a
/// Service, endpoints of a monitor.
fn unnamed_ports(link: Link<'_>) -> Vec<Missing> {
    let (Some(from), Some(to)) = (link.from.object(), link.to.object()) else {
        return Vec::new();
    };
    let (list, field) = match (from.gvk.group.as_str(), from.gvk.kind.as_str()) {
        _ if !link.edge.selected => return Vec::new(),
        ("", "Service") => ("ports", "targetPort"),
        ("monitoring.coreos.com", "ServiceMonitor") => ("endpoints", "port"),
        ("monitoring.coreos.com", "PodMonitor") => ("podMetricsEndpoints", "port"),
        _ => return Vec::new(),
    };
    let known: BTreeSet<&str> = match PodTemplate::of(to) {
        Some(template) => template.port_names().collect(),
        None => ports(to).unwrap_or_default(),
    };
    let wanted = from.at(&["spec", list]).map(Node::items).unwrap_or_default();
    let wanted = wanted.iter().filter_map(|port| port.get(field)?.as_str());
    let named = wanted.filter(|name| name.parse::<u16>().is_err() && !known.contains(name));
    named.map(|name| Missing::Port(name.into())).collect()
}
