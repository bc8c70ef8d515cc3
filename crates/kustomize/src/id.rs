//! What identifies a resource while it is being built.

use std::fmt;

use gitops_model::Gvk;
use gitops_schema::MergeSchema;
use gitops_yaml::{Node, SmolStr};

use crate::Release;

/// The pseudo-namespace of cluster-scoped kinds.
pub(crate) const NO_NAMESPACE: &str = "_non_namespaceable_";

/// What kinds are, for one build: which of them are cluster-scoped, and how they merge.
#[derive(Debug, Clone)]
pub(crate) struct Kinds {
    pub(crate) release: Release,
    /// The schema that a kustomization brings, if one does.
    pub(crate) custom: Option<std::sync::Arc<MergeSchema>>,
}

impl Kinds {
    pub(crate) fn is_cluster_scoped(&self, gvk: &Gvk) -> bool {
        let newest = self.release >= Release::V5_8_2;
        let api_version = gvk.api_version();
        gitops_schema::kustomize_cluster_scoped(&api_version, &gvk.kind, newest)
            || self.custom.as_ref().is_some_and(|c| c.says_cluster_scoped(&api_version, &gvk.kind))
    }

    pub(crate) fn merge_schema(&self) -> &MergeSchema {
        self.custom.as_deref().unwrap_or_else(|| MergeSchema::builtin())
    }
}

/// Group, version, kind, name and namespace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Id {
    pub(crate) gvk: Gvk,
    pub(crate) name: SmolStr,
    pub(crate) namespace: SmolStr,
    pub(crate) cluster: bool,
}

impl Id {
    /// The identity that an object's body says.
    pub(crate) fn of(body: &Node, kinds: &Kinds) -> Self {
        let gvk = gvk(body);
        let cluster = kinds.is_cluster_scoped(&gvk);
        Self { gvk, name: meta(body, "name"), namespace: meta(body, "namespace"), cluster }
    }

    /// The namespace, the same for all ways to say none.
    pub(crate) fn effective_namespace(&self) -> &str {
        match self.namespace.as_str() {
            _ if self.cluster => NO_NAMESPACE,
            "" => "default",
            namespace => namespace,
        }
    }

    /// Whether both name the same object.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.same_gvkn(other) && self.effective_namespace() == other.effective_namespace()
    }

    pub(crate) fn same_gvkn(&self, other: &Self) -> bool {
        self.name == other.name && self.gvk == other.gvk
    }

    /// Whether `selector`, whose empty parts match any, selects `gvk`.
    pub(crate) fn selects(selector: &Gvk, gvk: &Gvk) -> bool {
        let part = |wanted: &SmolStr, is: &SmolStr| wanted.is_empty() || wanted == is;
        part(&selector.kind, &gvk.kind)
            && part(&selector.group, &gvk.group)
            && part(&selector.version, &gvk.version)
    }
}

/// `Deployment.v1.apps/web.shop`, as kustomize writes it in messages.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |text: &SmolStr, none: &'static str| {
            if text.is_empty() { SmolStr::new_static(none) } else { text.clone() }
        };
        let (name, namespace) = (or(&self.name, "[noName]"), or(&self.namespace, "[noNs]"));
        write!(f, "{}/{name}.{namespace}", gvk_text(&self.gvk))
    }
}

/// `Deployment.v1.apps`, as kustomize writes it.
pub(crate) fn gvk_text(gvk: &Gvk) -> String {
    let or = |text: &SmolStr, none: &'static str| {
        if text.is_empty() { SmolStr::new_static(none) } else { text.clone() }
    };
    format!(
        "{}.{}.{}",
        or(&gvk.kind, "[noKind]"),
        or(&gvk.version, "[noVer]"),
        or(&gvk.group, "[noGrp]")
    )
}

pub(crate) fn gvk(body: &Node) -> Gvk {
    let field = |key| body.get(key).and_then(Node::text).unwrap_or_default();
    Gvk::new(field("apiVersion"), field("kind"))
}

/// A string below `metadata`; null counts as empty.
pub(crate) fn meta(body: &Node, key: &str) -> SmolStr {
    let value = body.at(&["metadata", key]).filter(|n| !n.is_null());
    value.and_then(Node::text).map(SmolStr::new).unwrap_or_default()
}
