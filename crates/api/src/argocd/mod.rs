//! Argo CD's objects. Source: `pkg/apis/application/v1alpha1/types.go` and `applicationset_types.go`.

mod application;
mod application_set;
mod names;
mod project;
mod source;

pub use application::{Application, Automated, Destination};
pub use application_set::ApplicationSet;
pub use names::{CLUSTER_SECRET, GROUP, IN_CLUSTER_NAME, IN_CLUSTER_SERVER};
pub use project::AppProject;
pub use source::{Source, Tool};
