//! `dead-edit`: a pinned source is moved in a file that only the source itself delivers.

use gitops_model::{Change, SourceRef, Tracks};

use crate::difference::Difference;
use crate::{Check, Draft, Pair};

rule!(
    "dead-edit",
    Warning,
    Check::Change(check),
    "moves a pinned source from within what it delivers, which nothing applies"
);

fn check(pair: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let Some(found) = Difference::at(change, &["spec", "ref"]) else { return };
    let (Some(before), Some(unit)) = (&pair.before, &change.old_unit) else { return };
    let own = SourceRef {
        kind: change.object().gvk.kind.clone(),
        namespace: change.key.namespace.clone(),
        name: change.key.name.clone(),
    };
    let delivered = before.cluster.unit(unit).is_some_and(|u| u.source.as_ref() == Some(&own));
    let Some(source) = before.cluster.sources.iter().find(|s| s.object == own && delivered) else {
        return;
    };
    if matches!(source.tracks, Tracks::Branch(_) | Tracks::External(_)) {
        return;
    }
    let message = format!(
        "`{}` is pinned to {} `{}` and delivered by itself: the cluster reads this file from that \
         revision, so the edit here moves nothing",
        change.key,
        source.tracks.kind(),
        source.tracks.reference(),
    );
    out.push(found.draft(message).help(
        "apply it to the cluster by hand (`kubectl apply`, `flux create source`), or let something \
         that follows a branch deliver the source",
    ));
}
