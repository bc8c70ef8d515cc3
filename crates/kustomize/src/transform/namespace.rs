//! `namespace`.

use gitops_model::Gvk;
use gitops_yaml::{Entry, Node, Origin, SmolStr, Span};

use crate::config::Spec;
use crate::error::{Error, Result};
use crate::fields::{Create, Tag, rewrite, written, wrong_kind};
use crate::id::Kinds;
use crate::object::Object;
use crate::resources::Resources;

/// Which subjects of role bindings are given the namespace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Subjects {
    /// Those that are called `default`.
    #[default]
    Default,
    /// Every service account.
    ServiceAccounts,
    /// None.
    Never,
}

/// What kustomize writes on what a chart made: its namespace is helm's business.
const BY_HELM: &str = "internal.config.kubernetes.io/helm-generated";

/// What is asked for.
pub(crate) struct Namespace<'a> {
    pub(crate) name: SmolStr,
    pub(crate) span: Span,
    pub(crate) specs: &'a [Spec],
    pub(crate) unset_only: bool,
    pub(crate) subjects: Subjects,
}

fn is_binding(kind: &str) -> bool {
    matches!(kind, "RoleBinding" | "ClusterRoleBinding")
}

impl Namespace<'_> {
    pub(crate) fn apply(&self, resources: &mut Resources, kinds: &Kinds) -> Result<()> {
        let is_for_us = |o: &&mut Object| !o.is_empty() && o.annotation(BY_HELM) != Some("true");
        for object in resources.0.iter_mut().filter(is_for_us) {
            object.push_previous(kinds);
            self.set_on(object, kinds)?;
        }
        resources.check_unique(kinds).map_err(|e| {
            let message = format!("namespace transformation produces ID conflict: {}", e.message);
            Error { message, span: Some(self.span), ..e }
        })
    }

    /// Sets the namespace in one object.
    pub(crate) fn set_on(&self, object: &mut Object, kinds: &Kinds) -> Result<()> {
        let gvk = object.gvk();
        let create = Some((Create::Scalar, self.span));
        if !kinds.is_cluster_scoped(&object.body) {
            let path = "metadata/namespace".into();
            let spec = Spec { gvk: Gvk::default(), path, create: true };
            rewrite(&mut object.body, &gvk, &spec, create, &mut |old| self.set(old))?;
        }
        let binds = is_binding(&gvk.kind);
        if binds {
            self.set_subjects(object)?;
        }
        let core = gvk.group.is_empty() && gvk.version == "v1";
        for spec in self.specs {
            let skipped = match spec.path.as_str() {
                "metadata/namespace" => true,
                "metadata/name" => !core,
                "subjects/namespace" => binds && is_binding(&spec.gvk.kind),
                _ => false,
            };
            if !skipped {
                rewrite(&mut object.body, &gvk, spec, create, &mut |old| self.set(old))?;
            }
        }
        Ok(())
    }

    fn set(&self, old: &Node) -> Result<Option<Node>> {
        if old.as_scalar().is_none() {
            return Err(wrong_kind(old, "ScalarNode"));
        }
        let is_set = !old.is_null() && old.text().is_some_and(|t| !t.is_empty());
        if self.unset_only && is_set {
            return Ok(None);
        }
        written(old, self.name.clone(), Tag::Str, "namespace", self.span).map(Some)
    }

    fn set_subjects(&self, object: &mut Object) -> Result<()> {
        let (key, wanted) = match self.subjects {
            Subjects::Never => return Ok(()),
            Subjects::ServiceAccounts => ("kind", "ServiceAccount"),
            Subjects::Default => ("name", "default"),
        };
        let Some(subjects) = object.body.get("subjects").filter(|n| !n.is_null()) else {
            return Ok(());
        };
        let Some(items) = subjects.as_seq() else {
            return Err(wrong_kind(subjects, "SequenceNode"));
        };
        let mut items = items.to_vec();
        for subject in &mut items {
            if subject.as_map().is_none() {
                return Err(wrong_kind(subject, "MappingNode"));
            }
            if let Some(other) = subject.get(key).filter(|n| n.as_scalar().is_none()) {
                return Err(wrong_kind(other, "ScalarNode"));
            }
            if subject.get(key).and_then(Node::text) != Some(wanted) {
                continue;
            }
            let made = Node::string("", Origin::new(self.span));
            if let Some(new) = self.set(subject.get("namespace").unwrap_or(&made))? {
                subject.set(Entry::new("namespace", self.span, new));
            }
        }
        if let Some(old) = object.body.get_mut("subjects").and_then(Node::as_seq_mut) {
            *old = items;
        }
        Ok(())
    }
}
