//! What goes when an object is no longer in the repository.

mod table;

use std::sync::Arc;

use gitops_compare::renames;
use gitops_model::{Confidence, Controller, Resource, Unit};
use gitops_yaml::Node;
pub(crate) use table::aftermath;

use crate::keeping::kept;
use crate::{Draft, Pair, wording};

/// An object that is deleted, and by whom.
pub(crate) struct Removed<'a> {
    /// The object as it was.
    pub(crate) object: &'a Arc<Resource>,
    /// The unit that applied it.
    pub(crate) unit: &'a Unit,
    /// Whether that unit goes, too.
    owner_goes: bool,
}

/// The objects of a kind that the change deletes from the cluster: those that are not protected from
/// pruning.
pub(crate) fn removed<'a>(
    pair: &'a Pair<'a>,
    group: &'a str,
    kind: &'a str,
) -> impl Iterator<Item = Removed<'a>> {
    all_removed(pair).filter(move |r| r.object.gvk.is(group, kind))
}

/// The objects that the change deletes from the cluster and does not bring back under another name.
pub(crate) fn gone_for_good<'a>(pair: &'a Pair<'a>) -> impl Iterator<Item = Removed<'a>> {
    let renamed: Vec<_> = renames(pair.changes).iter().map(|r| &r.removed.key).collect();
    all_removed(pair).filter(move |r| !renamed.contains(&&r.object.key))
}

/// The objects that the change deletes from the cluster: what leaves the repository, unless it is protected
/// from pruning.
pub fn deleted<'a>(pair: &'a Pair<'a>) -> impl Iterator<Item = &'a Resource> {
    all_removed(pair).map(|removed| &**removed.object)
}

/// The objects that the change deletes from the cluster.
pub(crate) fn all_removed<'a>(pair: &'a Pair<'a>) -> impl Iterator<Item = Removed<'a>> {
    pair.removed().filter(|(_, object, unit)| kept(pair, object, unit).is_none()).map(
        |(_, object, unit)| {
            let owner_goes = pair.after.cluster.unit(&unit.id).is_none();
            Removed { object, unit, owner_goes }
        },
    )
}

impl Removed<'_> {
    /// A draft about the object; how sure it is depends on whether something prunes it.
    pub(crate) fn draft(&self, message: String) -> Draft {
        let sure = match self.unit.controller {
            Controller::None => Confidence::Likely,
            Controller::Flux | Controller::ArgoCd => Confidence::Certain,
        };
        let message = message + &waits_for(self.object);
        Draft::new(message).on(self.object).confidence(sure)
    }

    /// `` `Kustomization flux-system/apps` deletes WHAT ``
    pub(crate) fn deletes(&self, what: &str) -> String {
        match self.unit.controller {
            Controller::None => {
                format!("where what leaves the repository is pruned, {what} is deleted")
            }
            Controller::Flux | Controller::ArgoCd => format!("`{}` deletes {what}", self.unit.id),
        }
    }

    /// The same of the object itself.
    pub(crate) fn deletes_it(&self) -> String {
        self.deletes(&format!("`{}`", self.object.key))
    }

    /// How to keep the object while it leaves the repository.
    pub(crate) fn guard(&self) -> &'static str {
        match self.unit.controller {
            Controller::Flux => "`kustomize.toolkit.fluxcd.io/prune: disabled`",
            // An Application that is deleted looks at another mark than one that prunes.
            Controller::ArgoCd if self.owner_goes => {
                "`argocd.argoproj.io/sync-options: Delete=false`"
            }
            Controller::ArgoCd => "`argocd.argoproj.io/sync-options: Prune=false`",
            Controller::None => "a mark that keeps it from being pruned",
        }
    }
}

/// The finalizers on an object, but for the one by which an Application deletes what it applied.
fn finalizers(object: &Resource) -> impl Iterator<Item = &str> {
    let finalizers = object.at(&["metadata", "finalizers"]).map_or(&[][..], Node::items);
    let own = |name: &&str| !name.starts_with("resources-finalizer.argocd.argoproj.io");
    finalizers.iter().filter_map(Node::text).filter(own)
}

/// Whether its deletion waits for someone.
pub(crate) fn is_held(object: &Resource) -> bool {
    finalizers(object).next().is_some()
}

/// Whom the deletion waits for.
fn waits_for(object: &Resource) -> String {
    let others: Vec<_> = finalizers(object).collect();
    match others.is_empty() {
        true => String::new(),
        false => format!(
            "; it stays as `Terminating` until {} is taken off it, and for ever if who does that goes too",
            wording::list(others)
        ),
    }
}
