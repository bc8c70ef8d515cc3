//! Names that Argo CD gives.

/// The API group.
pub const GROUP: &str = "argoproj.io";

/// The label of a Secret that describes a cluster, and its value.
pub const CLUSTER_SECRET: (&str, &str) = ("argocd.argoproj.io/secret-type", "cluster");

/// The address of the cluster that Argo CD itself runs in.
pub const IN_CLUSTER_SERVER: &str = "https://kubernetes.default.svc";

/// The name of that cluster where no Secret names it.
pub const IN_CLUSTER_NAME: &str = "in-cluster";
