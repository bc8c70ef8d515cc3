//! `Kustomization` of kustomize-controller.

use gitops_model::{Resource, SourceRef};
use gitops_yaml::{Entry, Node, SmolStr, Span};

use super::groups::KUSTOMIZE_GROUP;
use crate::fields::{field, flag, items, namespace, source_ref, spec, text};

/// A Flux Kustomization.
#[derive(Debug, Clone, Copy)]
pub struct Kustomization<'a>(&'a Resource);

/// Another object that must be ready first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Its namespace.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// The entry of `dependsOn`.
    pub span: Span,
}

/// A ConfigMap or Secret whose data are variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableSource {
    /// `ConfigMap` or `Secret`.
    pub kind: SmolStr,
    /// Its name, in the Kustomization's namespace.
    pub name: SmolStr,
    /// Whether it may be missing.
    pub optional: bool,
    /// The entry of `substituteFrom`.
    pub span: Span,
}

impl<'a> Kustomization<'a> {
    /// The object as a Flux Kustomization, if it is one.
    #[must_use]
    pub fn of(object: &'a Resource) -> Option<Self> {
        object.gvk.is(KUSTOMIZE_GROUP, "Kustomization").then_some(Self(object))
    }

    /// The object.
    #[must_use]
    pub fn object(self) -> &'a Resource {
        self.0
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(self) -> SmolStr {
        namespace(self.0)
    }

    /// A node below `spec`.
    #[must_use]
    pub fn spec(self, path: &[&str]) -> Option<&'a Node> {
        spec(self.0, path)
    }

    /// The folder that it builds, as written; the artifact's root where it names none.
    #[must_use]
    pub fn path(self) -> &'a str {
        text(self.0, &["path"]).unwrap_or("./")
    }

    /// The source that it reads.
    #[must_use]
    pub fn source(self) -> Option<SourceRef> {
        source_ref(self.0, spec(self.0, &["sourceRef"])?)
    }

    /// Whether objects that are no longer built are deleted.
    #[must_use]
    pub fn prune(self) -> bool {
        flag(self.0, &["prune"])
    }

    /// Whether objects that cannot be updated are deleted and created again.
    #[must_use]
    pub fn force(self) -> bool {
        flag(self.0, &["force"])
    }

    /// Whether it is switched off.
    #[must_use]
    pub fn suspended(self) -> bool {
        flag(self.0, &["suspend"])
    }

    /// Whether it is ready only when what it applied is healthy.
    #[must_use]
    pub fn waits(self) -> bool {
        flag(self.0, &["wait"]) || !items(self.0, &["healthChecks"]).is_empty()
    }

    /// The Kustomizations that must be ready before it.
    #[must_use]
    pub fn depends_on(self) -> Vec<Dependency> {
        dependencies(self.0)
    }

    /// The variables set in `postBuild.substitute`.
    #[must_use]
    pub fn variables(self) -> &'a [Entry] {
        spec(self.0, &["postBuild", "substitute"]).map(Node::entries).unwrap_or_default()
    }

    /// The objects named in `postBuild.substituteFrom`, in order.
    #[must_use]
    pub fn variable_sources(self) -> Vec<VariableSource> {
        let read = |n: &Node| {
            Some(VariableSource {
                kind: field(n, "kind")?.into(),
                name: field(n, "name")?.into(),
                optional: n.get("optional").and_then(Node::as_bool).unwrap_or_default(),
                span: n.span(),
            })
        };
        items(self.0, &["postBuild", "substituteFrom"]).iter().filter_map(read).collect()
    }

    /// Whether expressions are substituted although no variable is set.
    #[must_use]
    pub fn substitutes_always(self) -> bool {
        text(self.0, &["postBuild", "substituteStrategy"]) == Some("Always")
    }

    /// The Secret or ConfigMap that names another cluster to apply to.
    #[must_use]
    pub fn remote_cluster(self) -> Option<&'a str> {
        let config = spec(self.0, &["kubeConfig"])?;
        ["secretRef", "configMapRef"].iter().find_map(|k| field(config.get(k)?, "name"))
    }

    /// Whether encrypted files and objects are decrypted.
    #[must_use]
    pub fn decrypts(self) -> bool {
        spec(self.0, &["decryption", "provider"]).is_some()
    }
}

/// The entries of an object's `spec.dependsOn`.
pub(super) fn dependencies(object: &Resource) -> Vec<Dependency> {
    let read = |n: &Node| {
        Some(Dependency {
            namespace: field(n, "namespace").map_or_else(|| namespace(object), Into::into),
            name: field(n, "name")?.into(),
            span: n.span(),
        })
    };
    items(object, &["dependsOn"]).iter().filter_map(read).collect()
}
