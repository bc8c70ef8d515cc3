//! Which objects an object names in its fields.

use gitops_model::{FieldPath, ObjectKey, Resource};
use gitops_schema::is_cluster_scoped;
use gitops_yaml::{Node, SmolStr};

use crate::Edge;
use crate::table::{Format, KindName, Namespace, Reference, table};
use crate::template::{PodTemplate, any_template, kind_name};

/// A field that names an object: the row that says so, the object named, and the edge.
pub(crate) struct Named {
    #[cfg_attr(not(test), expect(dead_code, reason = "the cases ask which row spoke"))]
    pub(crate) row: usize,
    pub(crate) to: ObjectKey,
    pub(crate) edge: Edge,
}

/// Everything that an object names.
pub(crate) fn named_by(object: &Resource) -> Vec<Named> {
    let mut found = Vec::new();
    for (row, reference) in rows(&kind_name(object)) {
        collect(*row, reference, object, &object.body, &FieldPath::default(), &mut found);
    }
    if let Some(template) = PodTemplate::of(object) {
        for (row, reference) in rows(&any_template()) {
            collect(*row, reference, object, template.node, &template.path, &mut found);
        }
    }
    found
}

fn rows(kind: &KindName) -> &'static [(usize, Reference)] {
    table().references.get(kind).map(Vec::as_slice).unwrap_or_default()
}

fn collect(
    row: usize,
    reference: &Reference,
    object: &Resource,
    root: &Node,
    base: &FieldPath,
    found: &mut Vec<Named>,
) {
    reference.path.each(root, base, &mut |path, value| {
        for to in reference.targets(value, object) {
            found.push(Named { row, to, edge: reference.edge(path, value) });
        }
    });
}

impl Reference {
    fn targets(&self, value: &Node, object: &Resource) -> Vec<ObjectKey> {
        let says = |(k, v): (&SmolStr, &SmolStr)| value.get(k).and_then(Node::text) == Some(v);
        let holds = self.only.iter().all(says) && !self.unless.iter().any(says);
        let name = match &self.name {
            Some(name) => name.first(value),
            None => value.get("name").or(Some(value)),
        };
        let name = name.and_then(Node::text).filter(|name| holds && !matches!(*name, "" | "*"));
        name.map(|name| self.spelled(name, value, object)).unwrap_or_default()
    }

    /// The objects that a name, as written, means.
    fn spelled(&self, name: &str, value: &Node, object: &Resource) -> Vec<ObjectKey> {
        let kind = self.kind_of(value);
        let own = self.namespace_of(&kind, value, object);
        let key =
            |namespace: &str, name: &str| ObjectKey::new(&kind.group, &kind.kind, namespace, name);
        match self.format {
            Format::Name => vec![key(&own, name)],
            Format::Qualified => {
                let (namespace, name) = name.split_once('/').unwrap_or((&own, name));
                vec![key(namespace, name)]
            }
            Format::List => name
                .split(',')
                .map(str::trim)
                .filter(|n| !n.is_empty())
                .map(|n| key(&own, n))
                .collect(),
            Format::Traefik => {
                let crds = name.split(',').filter_map(|n| n.trim().strip_suffix("@kubernetescrd"));
                // Which hyphen parts the two is not said: most often the namespace is the object's own.
                let parts = |text: &str| {
                    let near = text.strip_prefix(&*own).and_then(|rest| rest.strip_prefix('-'));
                    let far = || text.split_once('-').map(|(ns, n)| key(ns, n));
                    near.map(|n| key(&own, n)).or_else(far)
                };
                crds.filter_map(parts).collect()
            }
            Format::ClusterHost if !name.contains(".svc") => Vec::new(),
            Format::Host | Format::ClusterHost => {
                service_host(name, &own).map(|(ns, n)| key(ns, n)).into_iter().collect()
            }
        }
    }

    fn kind_of(&self, value: &Node) -> KindName {
        let text = |pattern: &Option<crate::pattern::Pattern>| {
            pattern.as_ref().and_then(|p| p.first(value)).and_then(Node::text)
        };
        let kind = text(&self.kind).map_or_else(|| self.to.kind.clone(), SmolStr::new);
        let group = match (text(&self.group), &self.group) {
            (Some(text), _) if text.contains('/') => {
                text.split('/').next().unwrap_or_default().into()
            }
            (Some(_), Some(pattern)) if pattern.last() == "apiVersion" => SmolStr::default(),
            (Some(text), _) => text.into(),
            (None, _) if kind == self.to.kind => self.to.group.clone(),
            (None, _) => table().groups.get(&kind).unwrap_or(&self.to.group).clone(),
        };
        KindName { kind, group }
    }

    fn namespace_of(&self, kind: &KindName, value: &Node, object: &Resource) -> SmolStr {
        let own = &object.key.namespace;
        match &self.namespace {
            Namespace::Cluster => SmolStr::default(),
            _ if is_cluster_scoped(&kind.group, &kind.kind) => SmolStr::default(),
            Namespace::Own => own.clone(),
            Namespace::Fixed(name) => name.clone(),
            Namespace::Field => {
                value.get("namespace").and_then(Node::text).map_or_else(|| own.clone(), Into::into)
            }
        }
    }

    fn edge(&self, path: &FieldPath, value: &Node) -> Edge {
        let mut keys = Vec::new();
        if let Some(key) = &self.key {
            key.each(value, &FieldPath::default(), &mut |_, key| {
                keys.extend(key.text().map(SmolStr::new));
            });
        }
        let at = |pattern: &Option<crate::pattern::Pattern>| pattern.as_ref()?.first(value);
        Edge {
            path: path.clone(),
            span: Some(self.name.as_ref().and_then(|n| n.first(value)).unwrap_or(value).span()),
            keys,
            port: at(&self.port).and_then(Node::text).map(SmolStr::new),
            optional: at(&self.optional).and_then(Node::as_bool).unwrap_or(false),
            changed: self.changed,
            governs: self.governs,
            ..Edge::implied(self.relation, self.removed)
        }
    }
}

/// The Service that a host name means, with its namespace; `None` for names outside the cluster.
pub(crate) fn service_host<'a>(host: &'a str, own: &'a str) -> Option<(&'a str, &'a str)> {
    let mut parts = host.split('.');
    let name = parts.next().filter(|n| !n.is_empty() && *n != "*")?;
    match (parts.next(), parts.next()) {
        (None, _) => Some((own, name)),
        (Some(namespace), None | Some("svc")) => Some((namespace, name)),
        _ => None,
    }
}
