//! Where and when something happens.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{Effect, Finding};
use gitops_yaml::SmolStr;

use super::words::names;

/// Clusters by when it happens there.
pub(crate) type Places<'a> = BTreeMap<Effect, BTreeSet<&'a str>>;

/// Adds where and when a finding is true.
pub(crate) fn add_places<'a>(places: &mut Places<'a>, finding: &'a Finding) {
    if let Some(effect) = finding.effect {
        places.entry(effect).or_default().extend(finding.clusters.iter().map(SmolStr::as_str));
    }
}

/// `now on dev, staging; queued on prod-eu`.
pub(crate) fn places(places: &Places<'_>) -> String {
    let place = |(effect, clusters): (&Effect, &BTreeSet<&str>)| {
        let clusters: Vec<&str> = clusters.iter().copied().collect();
        format!("{} on {}", effect.as_str(), names(&clusters, 4))
    };
    places.iter().map(place).collect::<Vec<_>>().join("; ")
}
