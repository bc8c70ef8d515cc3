//! Which versions of an API are no longer served, and since when.

use std::sync::OnceLock;

use gitops_model::{Gvk, KubernetesVersion};
use serde::Deserialize;

/// A version of some kinds that the API server stopped serving.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemovedApi {
    /// The `apiVersion`.
    pub api: String,
    /// The kinds.
    pub kinds: Vec<String>,
    /// The first release without it.
    removed: u32,
    /// The `apiVersion` that takes its place.
    #[serde(default)]
    pub instead: Option<String>,
}

impl RemovedApi {
    /// The first release without it.
    #[must_use]
    pub fn version(&self) -> KubernetesVersion {
        KubernetesVersion { major: 1, minor: self.removed }
    }
}

/// The removal of this version of a kind, if it is served no longer in some release.
#[must_use]
pub fn removed_api(gvk: &Gvk) -> Option<&'static RemovedApi> {
    static ROWS: OnceLock<Vec<RemovedApi>> = OnceLock::new();
    let rows =
        ROWS.get_or_init(|| serde_json::from_str(crate::tables::REMOVED_APIS).unwrap_or_default());
    let api = gvk.api_version();
    rows.iter().find(|row| row.api == api && row.kinds.iter().any(|k| *k == gvk.kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_in_order() {
        let rows: Vec<RemovedApi> =
            serde_json::from_str(crate::tables::REMOVED_APIS).expect("the table is well formed");
        assert!(rows.is_sorted_by_key(|r| (r.api.clone(), r.removed)));
        let ingress = removed_api(&Gvk::new("extensions/v1beta1", "Ingress")).unwrap();
        assert_eq!(ingress.version().to_string(), "1.22");
        assert!(removed_api(&Gvk::new("apps/v1", "Deployment")).is_none());
    }
}
