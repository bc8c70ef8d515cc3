//! Which kinds kustomize knows to be cluster-scoped.

use std::collections::HashMap;
use std::sync::OnceLock;

use gitops_yaml::SmolStr;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    api_versions: Vec<SmolStr>,
    kinds: Vec<SmolStr>,
    since: Option<String>,
}

/// Whether kustomize takes a kind for cluster-scoped. `newest` asks for the rows of release 5.8.2 as
/// well; 5.8.1 lacks some.
///
/// ```
/// use gitops_schema::kustomize_cluster_scoped;
/// assert!(kustomize_cluster_scoped("rbac.authorization.k8s.io/v1", "ClusterRole", true));
/// assert!(!kustomize_cluster_scoped("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", false));
/// ```
///
/// # Panics
/// Never: the embedded table is read by the example above.
#[must_use]
pub fn kustomize_cluster_scoped(api_version: &str, kind: &str, newest: bool) -> bool {
    static KINDS: OnceLock<HashMap<SmolStr, Vec<(SmolStr, bool)>>> = OnceLock::new();
    let kinds = KINDS.get_or_init(|| {
        let rows: Vec<Row> = serde_json::from_str(crate::tables::KUSTOMIZE_CLUSTER_SCOPED)
            .expect("the embedded table is well-formed");
        let mut kinds: HashMap<SmolStr, Vec<(SmolStr, bool)>> = HashMap::new();
        for row in rows {
            for kind in row.kinds {
                let versions = row.api_versions.iter().map(|v| (v.clone(), row.since.is_some()));
                kinds.entry(kind).or_default().extend(versions);
            }
        }
        kinds
    });
    let versions = kinds.get(kind).map(Vec::as_slice).unwrap_or_default();
    versions.iter().any(|(version, new)| version == api_version && (newest || !new))
}
