//! What a recipe depends on.

use serde::Deserialize;

use crate::case::Case;
use crate::claims::claims;

/// Something a recipe depends on that only the objects tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fact {
    /// The pods of a StatefulSet are no longer those that its new selector asks for.
    PodsRelabelled,
    /// They are.
    PodsKept,
    /// A claim template asks for more than before.
    VolumesGrow,
    /// It has claims of its own.
    HasClaims,
    /// What applied the object goes.
    OwnerGoes,
    /// It stays.
    OwnerStays,
    /// Its kind is defined by a CustomResourceDefinition.
    Custom,
}

impl Fact {
    /// Whether it is so of an object.
    pub(crate) fn holds(self, case: &Case<'_>) -> bool {
        let owner_goes =
            || case.old.is_some_and(|(unit, _)| case.pair.after.cluster.unit(&unit.id).is_none());
        match self {
            Self::PodsRelabelled => case.is_relabelled(),
            Self::PodsKept => !case.is_relabelled(),
            Self::VolumesGrow => claims(case).iter().any(|c| c.grows),
            Self::HasClaims => !claims(case).is_empty(),
            Self::OwnerGoes => owner_goes(),
            Self::OwnerStays => !owner_goes(),
            Self::Custom => case.object().is_some_and(|o| gitops_schema::kind(&o.gvk).is_none()),
        }
    }
}
