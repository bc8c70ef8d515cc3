//! Persistent volume claims: the volume they are bound to, the default class, the data source.

use gitops_model::Resource;
use gitops_yaml::{Entry, Node};

use super::chosen::CHOSEN;
use crate::{Update, edit};

const BETA_CLASS: &str = "volume.beta.kubernetes.io/storage-class";
const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";

/// Fills in the class and the volume.
pub(super) fn fill(claim: &mut Node, update: &Update<'_>) {
    if claim.at(&["metadata", "annotations", BETA_CLASS]).is_none()
        && let Some(class) = default_class(update)
    {
        edit::set_absent(claim, &["spec"], "storageClassName", &class.key.name);
    }
    if is_bound(update.old) {
        let named = edit::text(&update.new.body, &["spec", "volumeName"]);
        let volume = if is_provisioned(named) { named } else { CHOSEN };
        edit::set_absent(claim, &["spec"], "volumeName", volume);
    }
    normalise(claim);
}

/// Whether a volume has the kind of name that provisioners give: `pvc-` and the claim's identifier. One
/// that a manifest writes out is taken to be the one that the claim is bound to.
fn is_provisioned(volume: &str) -> bool {
    let id = volume.strip_prefix("pvc-").unwrap_or_default();
    !id.is_empty() && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// Whether the live claim is bound. Without a status it is taken to be.
pub(crate) fn is_bound(claim: &Resource) -> bool {
    claim.at(&["status", "phase"]).and_then(Node::text).is_none_or(|phase| phase == "Bound")
}

/// The class of a claim, by its annotation or its field.
pub(crate) fn class_of(claim: &Node) -> &str {
    let annotated = edit::text(claim, &["metadata", "annotations", BETA_CLASS]);
    if annotated.is_empty() { edit::text(claim, &["spec", "storageClassName"]) } else { annotated }
}

fn default_class<'a>(update: &Update<'a>) -> Option<&'a Resource> {
    let classes = update.neighbours.of_kind("storage.k8s.io", "StorageClass");
    classes.into_iter().find(|class| class.annotation(DEFAULT_CLASS) == Some("true"))
}

/// `dataSource` and `dataSourceRef` are copied to one another (pkg/api/persistentvolumeclaim/util.go
/// `NormalizeDataSources`).
pub(super) fn normalise(claim: &mut Node) {
    let Some(spec) = claim.get_mut("spec") else { return };
    match (spec.get("dataSource").cloned(), spec.get("dataSourceRef").cloned()) {
        (Some(source), None) => {
            spec.set(Entry::new("dataSourceRef", source.span(), source));
        }
        (None, Some(mut source)) if edit::text(&source, &["namespace"]).is_empty() => {
            source.remove("namespace");
            spec.set(Entry::new("dataSource", source.span(), source));
        }
        _ => {}
    }
}
