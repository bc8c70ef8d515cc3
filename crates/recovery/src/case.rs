//! An object that a change would break.

use std::sync::Arc;

use gitops_compare::renames;
use gitops_graph::Relation;
use gitops_model::{Controller, ObjectKey, Resource, Unit};
use gitops_rules::Pair;
use gitops_yaml::Node;

/// An object of a finding on one cluster.
pub(crate) struct Case<'a> {
    pub(crate) pair: &'a Pair<'a>,
    pub(crate) key: &'a ObjectKey,
    pub(crate) old: Option<(&'a Unit, &'a Arc<Resource>)>,
    pub(crate) new: Option<(&'a Unit, &'a Arc<Resource>)>,
}

impl<'a> Case<'a> {
    pub(crate) fn of(pair: &'a Pair<'a>, key: &'a ObjectKey) -> Self {
        let old = pair.before.as_ref().and_then(|b| b.object(key));
        Self { pair, key, old, new: pair.after.object(key) }
    }

    /// What applies the object; before the change where it goes.
    pub(crate) fn unit(&self) -> Option<&'a Unit> {
        self.new.or(self.old).map(|(unit, _)| unit)
    }

    pub(crate) fn object(&self) -> Option<&'a Arc<Resource>> {
        self.new.or(self.old).map(|(_, object)| object)
    }

    pub(crate) fn controller(&self) -> Controller {
        self.unit().map_or(Controller::None, |u| u.controller)
    }

    /// The object that follows it under another name.
    pub(crate) fn successor(&self) -> Option<&'a Arc<Resource>> {
        let renames = renames(self.pair.changes);
        renames.into_iter().find(|r| r.removed.key == *self.key)?.added.new.as_ref()
    }

    /// The workloads that mount its claims.
    pub(crate) fn users(&self) -> Vec<String> {
        if self.key.kind == "StatefulSet" {
            return vec![format!("statefulset/{}", self.key.name)];
        }
        let Some(before) = &self.pair.before else { return Vec::new() };
        let links = before.graph().edges_to(self.key);
        let mounts =
            links.iter().filter(|l| l.edge.relation == Relation::Mounts).map(|l| &l.from.key);
        let scaled =
            mounts.filter(|k| matches!(&*k.kind, "Deployment" | "StatefulSet" | "ReplicaSet"));
        scaled.map(|k| format!("{}/{}", k.kind.to_lowercase(), k.name)).collect()
    }

    /// Whether the new selector does not select the old pods.
    pub(crate) fn is_relabelled(&self) -> bool {
        let (Some((_, old)), Some((_, new))) = (self.old, self.new) else { return false };
        let selector = new.at(&["spec", "selector", "matchLabels"]).map_or(&[][..], Node::entries);
        let labels = old.at(&["spec", "template", "metadata", "labels"]);
        let has = |key: &str| labels.and_then(|l| l.get(key)).and_then(Node::text);
        selector.iter().any(|e| has(&e.key) != e.value.text())
    }
}
