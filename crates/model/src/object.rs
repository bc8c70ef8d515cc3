//! Kubernetes objects.

use std::fmt;
use std::sync::Arc;

use gitops_yaml::{Exposure, Node, SmolStr, Span};

use crate::FieldPath;

/// Group, version and kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gvk {
    /// API group; empty for the core group.
    pub group: SmolStr,
    /// API version.
    pub version: SmolStr,
    /// Kind.
    pub kind: SmolStr,
}

impl Gvk {
    /// From an `apiVersion` and a `kind`.
    #[must_use]
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// The `apiVersion`.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Whether it is this group and kind, in any version.
    #[must_use]
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }
}

/// What makes an object one and the same to the API server. The version is no part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey {
    /// API group; empty for the core group.
    pub group: SmolStr,
    /// Kind.
    pub kind: SmolStr,
    /// Namespace; empty for cluster-scoped objects.
    pub namespace: SmolStr,
    /// Name.
    pub name: SmolStr,
}

impl ObjectKey {
    /// A key from its four parts.
    #[must_use]
    pub fn new(group: &str, kind: &str, namespace: &str, name: &str) -> Self {
        Self {
            group: group.into(),
            kind: kind.into(),
            namespace: namespace.into(),
            name: name.into(),
        }
    }
}

/// `Deployment shop/web`, as people say it.
impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind, self.name)
        } else {
            write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}

/// One rendered object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its identity.
    pub key: ObjectKey,
    /// Its group, version and kind.
    pub gvk: Gvk,
    /// The object itself.
    pub body: Node,
    /// The name before a generator's hash was appended.
    pub stable_name: Option<SmolStr>,
    /// What patches took away, so that an absent field has a line to blame.
    pub removed: Arc<[Removal]>,
}

/// A value that a patch, a `null` or a JSON `remove` took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// What was taken away.
    pub path: FieldPath,
    /// The line that took it.
    pub by: Span,
}

impl Resource {
    /// Reads the identity of an object from its body; `None` if it has no kind or no name. Values of
    /// core Secrets are marked as such.
    #[must_use]
    pub fn new(body: Node) -> Option<Self> {
        body.at(&["metadata", "name"]).and_then(Node::text)?;
        Self::maybe_unnamed(body)
    }

    /// The same of an object that may do without a name, as one of a kind of lists does.
    #[must_use]
    pub fn maybe_unnamed(mut body: Node) -> Option<Self> {
        let text = |keys: &[&str]| body.at(keys).and_then(Node::text).map(SmolStr::new);
        let api_version = text(&["apiVersion"]).unwrap_or_default();
        let gvk = Gvk::new(&api_version, &text(&["kind"])?);
        let key = ObjectKey {
            group: gvk.group.clone(),
            kind: gvk.kind.clone(),
            namespace: text(&["metadata", "namespace"]).unwrap_or_default(),
            name: text(&["metadata", "name"]).unwrap_or_default(),
        };
        if gvk.is("", "Secret") {
            for values in ["data", "stringData"] {
                if let Some(values) = body.get_mut(values) {
                    values.expose(Exposure::Secret);
                }
            }
        }
        Some(Self { key, gvk, body, stable_name: None, removed: Arc::default() })
    }

    /// The value at a path of keys.
    #[must_use]
    pub fn at(&self, keys: &[&str]) -> Option<&Node> {
        self.body.at(keys)
    }

    /// A label's value.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        self.at(&["metadata", "labels", name]).and_then(Node::text)
    }

    /// An annotation's value.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.at(&["metadata", "annotations", name]).and_then(Node::text)
    }
}
