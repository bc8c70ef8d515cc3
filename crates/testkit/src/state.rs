//! Clusters from text, without a repository around them.

use std::sync::Arc;

use gitops_model::{
    ApplyMode, Cluster, ClusterState, Controller, Environment, Resource, Unit, UnitId,
};
use gitops_yaml::{ContentId, Sources};

/// The objects of a YAML stream, as one file called `path` holds them. Documents that are no objects
/// are left out.
#[must_use]
pub fn objects(sources: &Sources, path: &str, text: &str) -> Vec<Arc<Resource>> {
    let file = sources.load(path, ContentId::of(text.as_bytes()), text.as_bytes());
    file.documents.iter().cloned().filter_map(Resource::new).map(Arc::new).collect()
}

/// A Flux Kustomization `flux-system/<name>` that applies the objects of a YAML stream.
#[must_use]
pub fn unit(sources: &Sources, name: &str, text: &str) -> Unit {
    Unit {
        hub: None,
        id: UnitId {
            kind: "Kustomization".into(),
            namespace: "flux-system".into(),
            name: name.into(),
        },
        controller: Controller::Flux,
        declared: None,
        source: None,
        path: name.into(),
        mode: ApplyMode::ServerSide,
        prune: true,
        force: false,
        suspended: false,
        waits: true,
        depends_on: Vec::new(),
        resources: Arc::new(objects(sources, &format!("{name}.yaml"), text)),
        inputs: Some(ContentId::of(text.as_bytes())),
        object: None,
    }
}

/// A cluster called `test` that is given these units.
#[must_use]
pub fn state(units: Vec<Unit>) -> ClusterState {
    ClusterState {
        cluster: Cluster {
            name: "test".into(),
            path: "clusters/test".into(),
            environment: Environment::Unknown,
            version: None,
            reached: true,
        },
        sources: Vec::new(),
        units,
        releases: Vec::new(),
        problems: Vec::new(),
        unchecked: Vec::new(),
    }
}
