//! `.gitops-lint.yaml` as typed values with spans.
//!
//! A mistake in the file is a [`gitops_model::Problem`] with a line, and with the key that was meant where
//! one comes near; what is right beside it still holds.
//!
//! ```
//! use gitops_yaml::{ContentId, Sources};
//!
//! let text = b"apiVersion: gitops-lint.dev/v1\nwaves: [{name: canary, clustres: [dev-*]}]\n";
//! let file = Sources::default().load(".gitops-lint.yaml", ContentId::of(text), text);
//! let (config, problems) = gitops_config::read(&file);
//! assert_eq!(config.waves[0].name.value, "canary");
//! assert_eq!(problems[0].message, "`waves[0]` has no key `clustres`");
//! assert_eq!(problems[0].help.as_deref(), Some("did you mean `clusters`?"));
//! ```

mod artifact;
mod changed;
mod cluster;
mod config;
mod pattern;
mod problems;
mod read;
mod risk;
mod rule;
mod time;
mod value;
mod wave;
mod waves;

pub use artifact::ArtifactConfig;
pub use changed::{FILE, change};
pub use cluster::{ArgoCluster, ClusterConfig, EnvironmentConfig, FluxVersion};
pub use config::Config;
pub use pattern::{Glob, ObjectPattern};
pub use read::{API_VERSION, read};
pub use risk::RiskConfig;
pub use rule::{RuleConfig, Suppression};
pub use time::{Date, Duration, Window, WindowDays};
pub use value::Spanned;
pub use wave::{
    Approval, Check, EvidenceConfig, Metric, Promotion, Tolerance, Wave, WaveClusters, Windows,
};

/// The JSON Schema of the file, for editors.
pub const SCHEMA: &str = include_str!("../../../schemas/config.schema.json");
