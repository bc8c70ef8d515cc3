//! Which kinds kustomize knows to be cluster-scoped.

include!(concat!(env!("OUT_DIR"), "/cluster_scoped.rs"));

/// Whether kustomize takes a kind for cluster-scoped. `newest` asks for the rows of release 5.8.2 as
/// well; 5.8.1 lacks some.
///
/// ```
/// use gitops_schema::kustomize_cluster_scoped;
/// assert!(kustomize_cluster_scoped("rbac.authorization.k8s.io/v1", "ClusterRole", true));
/// assert!(!kustomize_cluster_scoped("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", false));
/// ```
#[must_use]
pub fn kustomize_cluster_scoped(api_version: &str, kind: &str, newest: bool) -> bool {
    let found =
        KINDS.binary_search_by_key(&(kind, api_version), |&(kind, version, _)| (kind, version));
    found.is_ok_and(|at| newest || !KINDS[at].2)
}
