//! One file per thing worth telling a reviewer.
//!
//! A rule is one stem: `src/<rule_id>.rs` says how to notice, `rules/<rule-id>.md` says what it means and
//! carries the examples that test it. [`check`] runs every rule over the [`Facts`] of a run, [`gather`]
//! merges what they found.
//!
//! To add a rule: `cargo xtask new-rule some-name`, then fill in the two files.

#[macro_use]
mod rule;
mod between;
mod definition;
mod difference;
mod disorder;
mod keeping;
mod removal;
mod run;
mod validity;
mod wording;
mod workload;
mod write;

pub use immutable_field::unjudged;
pub use removal::deleted;
pub(crate) use rule::Check;
pub use rule::Rule;
pub(crate) use run::{Draft, Fleet};
pub use run::{Facts, Holds, Pair, State, gather};
pub use validity::{unevaluated, unvalidated};

use gitops_config::Config;
use gitops_model::Finding;

rules![
    alert_misses,
    alert_provider_insecure,
    api_not_yet_served,
    api_version_changed,
    chart_major,
    chart_version_only,
    claims_scaled_away,
    config_invalid,
    configuration_changed,
    crd_conversion_changed,
    crd_narrowed,
    crd_removed,
    crd_storage_moved,
    crd_version_removed,
    date_rewritten,
    dead_edit,
    delivery_changed,
    depends_on_cycle,
    depends_on_missing,
    deprecated_field,
    dollar_collapses,
    drift_uncorrected,
    duplicate_item,
    duplicate_owner,
    environments_out_of_order,
    entry_point_removed,
    few_replicas,
    floating_image,
    force_on_data,
    hpa_fights_replicas,
    immutable_field,
    job_will_change,
    left_behind,
    manifest_unlisted,
    missing_field,
    missing_from_environment,
    missing_reference,
    moved_between_owners,
    namespace_removed,
    no_alert,
    no_health_check,
    no_limits,
    no_prune,
    no_quota,
    not_a_string,
    not_allowed_value,
    not_applied,
    object_removed,
    order_assumed,
    order_reversed,
    order_undeclared,
    owner_removed,
    parse_error,
    pdb_blocks,
    pod_labels_changed,
    pods_replaced,
    points_nowhere,
    prune_all,
    pvc_removed,
    quota_refuses_pods,
    reaches_into_environment,
    recreate_outage,
    ref_not_allowed,
    ref_precedence,
    reference_elsewhere,
    release_not_remediated,
    release_renamed,
    remediation_idle,
    removed_api,
    render_failed,
    resource_renamed,
    scaled_to_zero,
    secret_in_plain,
    selection_gained,
    selection_lost,
    selector_changed,
    selector_from_labels,
    selector_mismatch,
    semver_prefix,
    service_exposure,
    service_selects_nothing,
    slow_to_notice,
    source_moved,
    source_unresolved,
    stale_consumer,
    substitution_failed,
    suspended,
    suspension_changed,
    staging_skipped,
    sync_not_retried,
    unknown_field,
    useless_suppression,
    validation_rule_broken,
    version_label_in_selector,
    waits_for_environment,
    wave_not_enforceable,
    wave_unreachable,
    wrong_type,
];

/// The rule of that name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|r| r.meta.id == id)
}

/// What every rule finds that the configuration does not switch off. What is suppressed is marked as
/// such. Hand it to [`gather`] next.
#[must_use]
pub fn check(facts: &Facts<'_>) -> Vec<Finding> {
    run::check(RULES, facts)
}

/// What the rules of these names find, whether suppressed or not.
#[must_use]
pub fn check_only(facts: &Facts<'_>, names: &[&str]) -> Vec<Finding> {
    let wanted = RULES.iter().filter(|rule| names.contains(&rule.meta.id));
    wanted.flat_map(|rule| run::findings(rule, facts)).collect()
}

/// Whether a rule will compare the objects of all clusters, also of those that a change does not reach.
#[must_use]
pub fn compares_clusters(config: &Config, pedantic: bool) -> bool {
    RULES.iter().any(|rule| run::compares_clusters(rule, config, pedantic))
}
