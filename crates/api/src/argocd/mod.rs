//! Argo CD's objects. Source: `pkg/apis/application/v1alpha1/types.go` and `applicationset_types.go`.

mod application;
mod application_set;
mod project;
mod source;

pub use application::{Application, Automated, Destination};
pub use application_set::ApplicationSet;
pub use project::AppProject;
pub use source::{Source, Tool};

/// The API group.
pub const GROUP: &str = "argoproj.io";

/// The label of a Secret that describes a cluster, and its value.
pub const CLUSTER_SECRET: (&str, &str) = ("argocd.argoproj.io/secret-type", "cluster");

/// The address of the cluster that Argo CD itself runs in.
pub const IN_CLUSTER_SERVER: &str = "https://kubernetes.default.svc";

/// The name of that cluster where no Secret names it.
pub const IN_CLUSTER_NAME: &str = "in-cluster";
