//! What a change makes of an object.

use std::sync::Arc;

use gitops_yaml::{Node, Span};

use crate::{FieldPath, ObjectKey, Resource, UnitId};

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// It was not there.
    Added,
    /// It will not be there.
    Removed,
    /// Some of its fields differ.
    Modified,
    /// Another Kustomization or Application owns it.
    Moved,
    /// Deleted and created again under the same identity.
    Recreated,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Where in the object.
    pub path: FieldPath,
    /// The value before, absent where the field is new.
    pub before: Option<Node>,
    /// The value after, absent where the field is gone.
    pub after: Option<Node>,
    /// The newest writer of the value after; where it is gone, the line that took it away or that
    /// wrote it before.
    pub written: Span,
    /// Whether both values mean the same to who reads them: to the API server, as `1000m` and `1` do, or null
    /// and absent; to a program, as a file in a ConfigMap does of which only comments differ.
    pub same_meaning: bool,
}

/// One object that differs between two states of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The object.
    pub key: ObjectKey,
    /// What happens to it.
    pub action: Action,
    /// The object before.
    pub old: Option<Arc<Resource>>,
    /// The object after.
    pub new: Option<Arc<Resource>>,
    /// The Kustomization or Application that applied it.
    pub old_unit: Option<UnitId>,
    /// The Kustomization or Application that will apply it.
    pub new_unit: Option<UnitId>,
    /// What differs, in the order of the object.
    pub fields: Vec<FieldChange>,
}

impl Change {
    /// The object after, or before if it goes away.
    #[must_use]
    pub fn object(&self) -> &Resource {
        let object = self.new.as_ref().or(self.old.as_ref());
        object.expect("a change has an object on one side")
    }
}
