//! What a change is weighed by.

use std::collections::BTreeMap;

use gitops_model::{ChangeReport, ClusterReport, Finding, Impact, Unchecked};
use gitops_yaml::{SmolStr, Sources};

/// What is known of a change.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The texts that spans point into.
    pub sources: &'a Sources,
    /// The clusters, with what they follow.
    pub clusters: &'a [ClusterReport],
    /// What changes.
    pub changes: &'a [ChangeReport],
    /// What was found, gathered: causes and fingerprints are set.
    pub findings: &'a [Finding],
    /// What the change reaches.
    pub impact: &'a Impact,
    /// What could not be analysed, by cluster.
    pub unchecked: &'a [(SmolStr, Unchecked)],
    /// What the deployed revision already has against a finding: ids of `mitigations` in the table, by
    /// the finding's fingerprint.
    pub mitigations: &'a BTreeMap<String, Vec<SmolStr>>,
}
