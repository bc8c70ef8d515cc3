//! The name of a unit.

use std::fmt;

use gitops_yaml::SmolStr;

use crate::ObjectKey;

/// The name of what applies a set of objects: a Flux Kustomization, an Argo CD Application, or the
/// folder of a cluster without either.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnitId {
    /// `Kustomization`, `Application` or `Folder`.
    pub kind: SmolStr,
    /// Its namespace.
    pub namespace: SmolStr,
    /// Its name, or the folder's path.
    pub name: SmolStr,
}

impl UnitId {
    /// The kind of a unit that no controller declares: a kustomization root or a plain folder.
    pub const FOLDER: &'static str = "Folder";

    /// The object that declares it; folders have none.
    #[must_use]
    pub fn object(&self) -> Option<ObjectKey> {
        let group = match self.kind.as_str() {
            "Kustomization" => "kustomize.toolkit.fluxcd.io",
            "Application" => "argoproj.io",
            _ => return None,
        };
        Some(ObjectKey::new(group, &self.kind, &self.namespace, &self.name))
    }
}

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind, self.name)
        } else {
            write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}
