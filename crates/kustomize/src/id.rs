//! What identifies a resource while it is being built.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use gitops_model::Gvk;
use gitops_schema::MergeSchema;
use gitops_yaml::{Node, SmolStr, Span};

use crate::error::{Error, Result};
use crate::options::Release;

/// The pseudo-namespace of cluster-scoped kinds.
pub(crate) const NO_NAMESPACE: &str = "_non_namespaceable_";

/// What kinds are, for one build: which of them are cluster-scoped, and how they merge.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kinds {
    pub(crate) release: Release,
    /// The schema that a kustomization brings, if one does.
    pub(crate) custom: Option<Arc<Custom>>,
    pub(crate) asked: Asked,
}

/// A schema that a kustomization brings.
#[derive(Debug, Default)]
pub(crate) struct Custom {
    pub(crate) schema: MergeSchema,
    /// Where it is no schema, which only a build that asks it something minds.
    pub(crate) fault: Option<Span>,
}

/// What this build has asked of kustomize's own schema, which is read when it is first needed and then stays
/// beside one that a kustomization brings later.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Arc<AtomicU8>);

impl Asked {
    /// Nothing.
    pub(crate) const NOTHING: u8 = 0;
    /// The scope of a kind that it does not know: it counts before a schema that comes later.
    pub(crate) const SCOPE: u8 = 1;
    /// How to merge: it counts behind a schema that comes later.
    pub(crate) const MERGE: u8 = 2;

    pub(crate) fn most(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn raise(&self, what: u8) {
        self.0.fetch_max(what, Ordering::Relaxed);
    }
}

impl Kinds {
    /// Takes note of an object that comes in: kustomize asks for the scope of each.
    pub(crate) fn meet(&self, body: &Node) {
        let is_known = || MergeSchema::builtin_knows(api_version(body), field(body, "kind"));
        if self.asked.most() == Asked::NOTHING && !is_known() {
            self.asked.raise(Asked::SCOPE);
        }
    }

    /// Whether the kind that an object says it is of lives in no namespace.
    pub(crate) fn is_cluster_scoped(&self, body: &Node) -> bool {
        let newest = self.release >= Release::V5_8_2;
        let (api_version, kind) = (api_version(body), field(body, "kind"));
        gitops_schema::kustomize_cluster_scoped(api_version, kind, newest)
            || self.custom.as_ref().is_some_and(|c| c.schema.says_cluster_scoped(api_version, kind))
    }

    pub(crate) fn merge_schema(&self) -> &MergeSchema {
        self.asked.raise(Asked::MERGE);
        self.custom.as_ref().map_or_else(|| MergeSchema::builtin(), |custom| &custom.schema)
    }

    /// Fails if the build has asked something of a schema that is none.
    pub(crate) fn check_schema(&self) -> Result<()> {
        let fault = self.custom.as_ref().and_then(|custom| custom.fault);
        match fault.filter(|_| self.asked.most() > Asked::NOTHING) {
            Some(span) => Err(Error::at("invalid schema file", span)),
            None => Ok(()),
        }
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
        let cluster = kinds.is_cluster_scoped(body);
        let (name, namespace) = (meta(body, "name"), meta(body, "namespace"));
        Self { gvk: gvk(body), name: name.into(), namespace: namespace.into(), cluster }
    }

    /// The namespace, the same for all ways to say none.
    pub(crate) fn effective_namespace(&self) -> &str {
        effective_namespace(&self.namespace, self.cluster)
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

/// What no two resources of a build may share, as an object's body says it.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Identity<'o> {
    api_version: &'o str,
    kind: &'o str,
    name: &'o str,
    namespace: &'o str,
}

impl<'o> Identity<'o> {
    pub(crate) fn of(body: &'o Node, kinds: &Kinds) -> Self {
        let cluster = kinds.is_cluster_scoped(body);
        Self {
            api_version: api_version(body),
            kind: field(body, "kind"),
            name: meta(body, "name"),
            namespace: effective_namespace(meta(body, "namespace"), cluster),
        }
    }
}

fn effective_namespace(namespace: &str, cluster: bool) -> &str {
    match namespace {
        _ if cluster => NO_NAMESPACE,
        "" => "default",
        namespace => namespace,
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
    Gvk::new(api_version(body), field(body, "kind"))
}

/// `apps/v1`, or `v1` however the core group is written.
fn api_version(body: &Node) -> &str {
    let written = field(body, "apiVersion");
    written.strip_prefix('/').unwrap_or(written)
}

fn field<'o>(body: &'o Node, key: &str) -> &'o str {
    body.get(key).and_then(Node::text).unwrap_or_default()
}

/// A string below `metadata`; null counts as empty.
pub(crate) fn meta<'o>(body: &'o Node, key: &str) -> &'o str {
    let value = body.at(&["metadata", key]).filter(|n| !n.is_null());
    value.and_then(Node::text).unwrap_or_default()
}
