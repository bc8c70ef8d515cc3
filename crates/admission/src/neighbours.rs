//! What exists beside the object: definitions, storage classes and the like.

use std::sync::Arc;

use gitops_model::{ClusterState, Resource};

/// Objects that exist on the same cluster.
pub trait Neighbours {
    /// Every object of a group and kind, in any version.
    fn of_kind<'s>(&'s self, group: &str, kind: &str) -> Vec<&'s Resource>;
}

/// Nothing is known to exist beside the object.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Neighbours for Alone {
    fn of_kind<'s>(&'s self, _: &str, _: &str) -> Vec<&'s Resource> {
        Vec::new()
    }
}

impl Neighbours for &[Resource] {
    fn of_kind<'s>(&'s self, group: &str, kind: &str) -> Vec<&'s Resource> {
        self.iter().filter(|r| r.gvk.is(group, kind)).collect()
    }
}

impl Neighbours for Vec<Arc<Resource>> {
    fn of_kind<'s>(&'s self, group: &str, kind: &str) -> Vec<&'s Resource> {
        self.iter().map(Arc::as_ref).filter(|r| r.gvk.is(group, kind)).collect()
    }
}

impl Neighbours for ClusterState {
    fn of_kind<'s>(&'s self, group: &str, kind: &str) -> Vec<&'s Resource> {
        self.objects().map(|(_, r)| r.as_ref()).filter(|r| r.gvk.is(group, kind)).collect()
    }
}
