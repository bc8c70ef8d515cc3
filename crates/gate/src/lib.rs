//! Weighs a change and decides which wave may take it.
//!
//! [`weigh`] gives every cause a score in every environment it reaches: a product of factors that is told
//! as a sum of decibels. [`decide`] asks for each wave what reaches it, and whether something else than
//! the score stands in its way. Weights are data, in `schemas/tables/risk.yaml`.

mod causes;
mod critical;
mod decide;
mod factors;
mod harm;
mod reach;
mod table;

use std::collections::BTreeMap;

use gitops_model::{ChangeReport, ClusterReport, Finding, Impact, Unchecked};
use gitops_yaml::{SmolStr, Sources};

pub use causes::weigh;
pub use decide::decide;
pub use factors::combine;

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
