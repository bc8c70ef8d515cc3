//! A Flux Kustomization to follow, declared or assumed.

use std::sync::Arc;

use gitops_api::flux::{Dependency, Kustomization};
use gitops_model::{ApplyMode, Controller, Resource, SourceRef, Unit, UnitId};
use gitops_yaml::{SmolStr, Span};

/// Name and namespace of what bootstrap and the Flux Operator create.
pub(crate) const FLUX_SYSTEM: &str = "flux-system";

/// What to build and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definition {
    /// Its namespace.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// The folder, as written.
    pub path: SmolStr,
    /// The source that it reads.
    pub source: SourceRef,
    /// The object, if the repository holds it.
    pub object: Option<Arc<Resource>>,
    /// The line that asks for the folder.
    pub anchor: Span,
}

impl Definition {
    /// What an object asks for; `None` if it is no Flux Kustomization or names no source.
    pub(crate) fn of(object: &Arc<Resource>) -> Option<Self> {
        let view = Kustomization::of(object)?;
        Some(Self {
            namespace: view.namespace(),
            name: object.key.name.clone(),
            path: view.path().into(),
            source: view.source()?,
            object: Some(object.clone()),
            anchor: view.spec(&["path"]).unwrap_or(&object.body).span(),
        })
    }

    /// What bootstrap creates for a folder, where the repository does not say.
    pub(crate) fn assumed(path: &str, anchor: Span) -> Self {
        Self {
            namespace: FLUX_SYSTEM.into(),
            name: FLUX_SYSTEM.into(),
            path: path.into(),
            source: SourceRef {
                kind: "GitRepository".into(),
                namespace: FLUX_SYSTEM.into(),
                name: FLUX_SYSTEM.into(),
            },
            object: None,
            anchor,
        }
    }

    /// The object with its fields.
    pub(crate) fn view(&self) -> Option<Kustomization<'_>> {
        self.object.as_deref().and_then(Kustomization::of)
    }

    /// Its name as a unit.
    pub(crate) fn id(&self) -> UnitId {
        unit_id(&self.namespace, &self.name)
    }

    /// The unit, with nothing rendered yet.
    pub(crate) fn unit(&self, path: &str) -> Unit {
        let view = self.view();
        let depends_on = view.map(Kustomization::depends_on).unwrap_or_default();
        let dependency = |d: Dependency| (unit_id(&d.namespace, &d.name), d.span);
        Unit {
            id: self.id(),
            hub: None,
            controller: Controller::Flux,
            declared: self.object.as_ref().map(|o| o.body.span()),
            source: Some(self.source.clone()),
            path: path.into(),
            mode: ApplyMode::ServerSide,
            prune: view.is_none_or(Kustomization::prune),
            force: view.is_some_and(Kustomization::force),
            suspended: view.is_some_and(Kustomization::suspended),
            waits: view.is_some_and(Kustomization::waits),
            depends_on: depends_on.into_iter().map(dependency).collect(),
            resources: Arc::default(),
            inputs: None,
            object: self.object.clone(),
        }
    }
}

fn unit_id(namespace: &str, name: &str) -> UnitId {
    UnitId { kind: "Kustomization".into(), namespace: namespace.into(), name: name.into() }
}
