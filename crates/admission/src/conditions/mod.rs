//! Conditions under which a change is refused, by their names in `schemas/tables/immutable-fields.yaml`.

mod claim;
mod general;
mod job;
mod pod;
mod service;
mod volume;

use gitops_schema::Immutable;

use crate::Refusal;
use crate::judged::Judged;

/// Whether and why a change is refused.
pub(crate) type Condition = fn(&Judged<'_>, &'static Immutable) -> Vec<Refusal>;

/// The condition of a name.
pub(crate) fn named(name: &str) -> Option<Condition> {
    Some(match name {
        "claim-attributes-class" => claim::attributes_class,
        "claim-class-annotation" => claim::class_annotation,
        "claim-growth" => claim::growth,
        "claim-shrink" => claim::shrink,
        "claim-spec" => claim::spec,
        "job-completions" => job::completions,
        "job-generated-labels" => job::generated_labels,
        "job-template" => job::template,
        "left-by-labels" => general::left_by_labels,
        "left-by-type" => general::left_by_type,
        "node-drivers" => general::node_drivers,
        "other-set" => general::other_set,
        "pod-annotations" => pod::annotations,
        "pod-deadline" => pod::deadline,
        "pod-node-affinity" => pod::node_affinity,
        "pod-node-selector" => pod::node_selector,
        "pod-scheduling-gates" => pod::scheduling_gates,
        "pod-spec" => pod::spec,
        "pod-tolerations" => pod::tolerations,
        "removed" => general::removed,
        "service-cidrs" => general::service_cidrs,
        "service-cluster-ip" => service::cluster_ip,
        "service-downgrade" => service::downgrade,
        "service-health-check-port" => service::health_check_port,
        "service-ip-families" => service::ip_families,
        "service-load-balancer-class" => service::load_balancer_class,
        "service-ports-patch" => service::ports_patch,
        "set-to-another" => general::set_to_another,
        "stored-versions" => general::stored_versions,
        "volume-node-affinity" => volume::node_affinity,
        "volume-source" => volume::source,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_condition_of_the_table_is_known() {
        for row in gitops_schema::immutable_table() {
            if let Some(name) = &row.condition {
                assert!(super::named(name).is_some(), "{name}");
            }
        }
    }
}
