//! References that lead nowhere.

use std::collections::BTreeSet;

use gitops_model::{FieldPath, ObjectKey, Resource, Segment};
use gitops_yaml::{Node, SmolStr, Span};

use crate::{Graph, Link, PodTemplate, Presence, Relation};

/// A reference to something that is not there.
#[derive(Debug, Clone)]
pub struct Dangling<'a> {
    /// The reference.
    pub link: Link<'a>,
    /// What is missing.
    pub missing: Missing,
    /// The field that asks for it.
    pub path: FieldPath,
    /// Where that is written; absent where nothing is.
    pub span: Option<Span>,
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
                Missing::Port(port) => vertex.object().is_some_and(|o| {
                    port_names(o).is_some_and(|names| names.contains(port.as_str()))
                }),
            })
        };
        self.dangling().into_iter().filter(was_there).collect()
    }

    fn missing<'a>(&self, link: Link<'a>) -> Vec<Dangling<'a>> {
        let edge = link.edge;
        let found = |missing| Dangling { link, missing, path: edge.path.clone(), span: edge.span };
        if link.to.presence == Presence::External {
            // What is selected is not asked for by name.
            return if edge.selected { Vec::new() } else { vec![found(Missing::Object)] };
        }
        let keys = if edge.keys.is_empty() { None } else { self.keys(link.to) };
        let absent = |key: &&SmolStr| keys.as_ref().is_some_and(|keys| !keys.contains(*key));
        let keys = link.edge.keys.iter().filter(absent).cloned().map(Missing::Key);
        let served = edge.port.as_ref().and_then(|_| ports(link.to.object()?));
        let unserved =
            |port: &&SmolStr| served.as_ref().is_some_and(|p| !p.contains(port.as_str()));
        let port = link.edge.port.iter().filter(unserved).cloned().map(Missing::Port);
        keys.chain(port).map(found).chain(self.unnamed_ports(link)).collect()
    }

    /// The named ports for which an object selects others of which none has them: target ports of a
    /// Service, endpoints of a monitor. Told once, with the first object that is selected.
    fn unnamed_ports<'a>(&self, link: Link<'a>) -> Vec<Dangling<'a>> {
        let Some((list, field)) = named_ports(link) else { return Vec::new() };
        let Some(from) = link.from.object() else { return Vec::new() };
        let mut selected = self.edges_from(&link.from.key);
        selected.retain(|other| other.edge.selected && other.edge.path == link.edge.path);
        if selected.first().is_none_or(|first| first.to.key != link.to.key) {
            return Vec::new();
        }
        let objects = selected.iter().filter_map(|l| l.to.object());
        let Some(known) = objects.map(|to| port_names(to)).collect::<Option<Vec<_>>>() else {
            return Vec::new();
        };
        let wanted = from.at(&["spec", list]).map(Node::items).unwrap_or_default();
        let wanted = wanted.iter().enumerate().filter_map(|(at, port)| {
            let name = port.get(field)?;
            let text = name.as_str().filter(|t| {
                t.parse::<u16>().is_err() && !known.iter().any(|names| names.contains(t))
            })?;
            let mut path = FieldPath::keys(&["spec", list]);
            path.0.extend([Segment::Index(at), Segment::Key(field.into())]);
            let missing = Missing::Port(text.into());
            Some(Dangling { link, missing, path, span: Some(name.span()) })
        });
        wanted.collect()
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

/// The keys that are written down, unless something else fills the object: it is empty, belongs to a
/// ServiceAccount, or asks an operator to put more in.
fn data_keys(object: &Resource) -> Option<BTreeSet<SmolStr>> {
    if !(object.gvk.is("", "ConfigMap") || object.gvk.is("", "Secret")) {
        return None;
    }
    let kind = object.body.get("type").and_then(Node::text);
    let asks = |map: &str| {
        let marks = object.at(&["metadata", map]).map(Node::entries).unwrap_or_default();
        marks
            .iter()
            .any(|e| ["inject", "reflects", "replicate-from"].iter().any(|w| e.key.contains(w)))
    };
    let maps = ["data", "binaryData", "stringData"].into_iter().filter_map(|k| object.body.get(k));
    let keys: BTreeSet<SmolStr> = maps.flat_map(Node::entries).map(|e| e.key.clone()).collect();
    let filled = kind == Some("kubernetes.io/service-account-token")
        || asks("annotations")
        || asks("labels");
    (!filled && !keys.is_empty()).then_some(keys)
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

/// The list and its field in which an object names ports of what it selects.
fn named_ports(link: Link<'_>) -> Option<(&'static str, &'static str)> {
    let from = link.from.object().filter(|_| link.edge.selected)?;
    // What selects everything means no one in particular.
    let picks = from.at(&["spec", "selector"]).is_some_and(|s| !s.entries().is_empty());
    if !picks {
        return None;
    }
    match (from.gvk.group.as_str(), from.gvk.kind.as_str()) {
        ("", "Service") => Some(("ports", "targetPort")),
        ("monitoring.coreos.com", "ServiceMonitor") => Some(("endpoints", "port")),
        ("monitoring.coreos.com", "PodMonitor") => Some(("podMetricsEndpoints", "port")),
        _ => None,
    }
}

/// The names of the ports of a Service or of the pods of a workload; `None` where they are not known.
fn port_names(object: &Resource) -> Option<BTreeSet<&str>> {
    match PodTemplate::of(object) {
        Some(template) => Some(template.port_names().collect()),
        None => ports(object),
    }
}
