//! The pods that an object describes.

use gitops_model::{FieldPath, Resource, Segment};
use gitops_yaml::{Node, SmolStr};

use crate::labels;
use crate::table::{KindName, table};

/// The pod template of a workload: its labels, and its spec.
#[derive(Debug, Clone)]
pub struct PodTemplate<'a> {
    /// The map of `metadata` and `spec`.
    pub node: &'a Node,
    /// Where it stands in the object; empty for a Pod.
    pub path: FieldPath,
}

impl<'a> PodTemplate<'a> {
    /// The pod template of an object, if its kind has one and it is there.
    #[must_use]
    pub fn of(object: &'a Resource) -> Option<Self> {
        let keys = table().template(&kind_name(object))?;
        let node = keys.iter().try_fold(&object.body, |node, key| node.get(key))?;
        node.get("spec")?;
        Some(Self { node, path: FieldPath(keys.iter().cloned().map(Segment::Key).collect()) })
    }

    /// The labels of its pods.
    #[must_use]
    pub fn labels(&self) -> Vec<(&'a str, &'a str)> {
        labels::read(self.node.at(&["metadata", "labels"]))
    }

    /// An annotation of its pods.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<&'a str> {
        self.node.at(&["metadata", "annotations", name]).and_then(Node::text)
    }

    /// Its containers, those that run first among them.
    pub fn containers(&self) -> impl Iterator<Item = &'a Node> {
        let spec = self.node.get("spec");
        ["initContainers", "containers"]
            .into_iter()
            .filter_map(move |list| spec?.get(list))
            .flat_map(Node::items)
    }

    /// The names of its containers' ports.
    pub fn port_names(&self) -> impl Iterator<Item = &'a str> {
        self.ports().filter_map(|port| port.get("name")?.text())
    }

    /// Whether the volume that a path leads into is mounted by `subPath`: such files are never updated.
    pub(crate) fn mounts_by_sub_path(&self, path: &FieldPath) -> bool {
        let name = path.0.iter().find_map(|step| match step {
            Segment::Item(keys) => keys.iter().find(|(k, _)| k == "name").map(|(_, v)| v.as_str()),
            _ => None,
        });
        let mounts = self.containers().filter_map(|c| c.get("volumeMounts")).flat_map(Node::items);
        let of = |m: &&Node| m.get("name").and_then(Node::text) == name && name.is_some();
        let sub = |m: &Node| m.get("subPath").or_else(|| m.get("subPathExpr")).is_some();
        let mut mounts = mounts.filter(of).peekable();
        mounts.peek().is_some() && mounts.all(sub)
    }

    /// Whether Stakater's Reloader restarts the workload when a ConfigMap or Secret that it uses changes.
    pub(crate) fn reloads(&self, workload: &Resource, kind: &str) -> bool {
        let on =
            |name: &str| [workload.annotation(name), self.annotation(name)].contains(&Some("true"));
        on("reloader.stakater.com/auto")
            || on(&format!("{}.reloader.stakater.com/auto", kind.to_ascii_lowercase()))
    }

    /// Its containers' ports.
    pub(crate) fn ports(&self) -> impl Iterator<Item = &'a Node> {
        self.containers().filter_map(|c| c.get("ports")).flat_map(Node::items)
    }
}

pub(crate) fn kind_name(object: &Resource) -> KindName {
    KindName { kind: object.gvk.kind.clone(), group: object.gvk.group.clone() }
}

/// The kind's name under which rows for pod templates are kept.
pub(crate) fn any_template() -> KindName {
    KindName { kind: SmolStr::new_static("pod-template"), group: SmolStr::default() }
}
