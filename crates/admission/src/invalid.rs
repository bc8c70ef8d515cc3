//! New objects that would be refused as a create too, in ways that touch what an update may not change.
//! What is invalid in itself is no refused update.

use std::net::IpAddr;

use gitops_model::ApplyMode;
use gitops_yaml::Node;

use crate::kinds::{NAME_LABELS, UID_LABELS, family_of};
use crate::{Update, edit};

/// Whether the new object is invalid in itself, as far as its values are known.
pub(crate) fn is_invalid(update: &Update<'_>) -> bool {
    let new = &update.new.body;
    let mut unknown = false;
    new.walk(&mut |node| unknown |= gitops_schema::is_unknown(node));
    if unknown {
        return false;
    }
    match (update.new.gvk.group.as_str(), update.new.gvk.kind.as_str()) {
        ("", "Service") => is_invalid_service(new),
        ("batch", "Job") => is_invalid_job(new, update.mode),
        _ => false,
    }
}

/// `ValidateServiceClusterIPsRelatedFields` of pkg/apis/core/validation/validation.go.
fn is_invalid_service(service: &Node) -> bool {
    let address = edit::text(service, &["spec", "clusterIP"]);
    let addresses = edit::list(service, &["spec", "clusterIPs"]);
    let families = edit::list(service, &["spec", "ipFamilies"]);
    let is_address = |text: &str| text == "None" || text.parse::<IpAddr>().is_ok();
    let named = if addresses.is_empty() { vec![address.to_owned()] } else { addresses.clone() };
    let named = named.iter().filter(|text| !text.is_empty());
    addresses.first().is_some_and(|first| first != address)
        || named.clone().any(|text| !is_address(text))
        || families.len() == 2 && families[0] == families[1]
        || address != "None" && named.zip(&families).any(|(ip, family)| family_of(ip) != family)
}

/// `generateSelector` of pkg/registry/batch/job/strategy.go and `validateJobSpec` of
/// pkg/apis/batch/validation/validation.go.
fn is_invalid_job(job: &Node, mode: ApplyMode) -> bool {
    let label =
        |name: &str| edit::text(job, &["spec", "template", "metadata", "labels", name]).to_owned();
    let selected = edit::text(job, &["spec", "selector", "matchLabels", UID_LABELS[0]]).to_owned();
    let unique = UID_LABELS.iter().map(|name| label(name)).chain([selected]);
    let given = unique.filter(|value| !value.is_empty()).count();
    let partly = mode == ApplyMode::Replace && (1..=UID_LABELS.len()).contains(&given);
    let name = edit::text(job, &["metadata", "name"]);
    let misnamed = NAME_LABELS.iter().any(|l| !["", name].contains(&label(l).as_str()));
    let manual = edit::is_true(job, &["spec", "manualSelector"]);
    let replaces_early =
        edit::text(job, &["spec", "podReplacementPolicy"]) == "TerminatingOrFailed";
    partly
        || misnamed
        || manual && job.at(&["spec", "selector"]).is_none_or(Node::is_null)
        || replaces_early && job.at(&["spec", "podFailurePolicy"]).is_some_and(|p| !p.is_null())
}
