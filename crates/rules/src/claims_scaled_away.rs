//! `claims-scaled-away`: a StatefulSet with fewer replicas deletes the claims of those that go.

use gitops_model::{Apply, Change};
use gitops_yaml::Node;

use crate::difference::Difference;
use crate::{Check, Draft, Pair, wording};

rule!(
    "claims-scaled-away",
    Error,
    Check::Change(check),
    "scales a StatefulSet down that deletes the claims of replicas that go"
);

fn check(pair: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let (Some(old), Some(new)) = (&change.old, &change.new) else { return };
    let Some(found) = Difference::at(change, &["spec", "replicas"]) else { return };
    let retention = ["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"];
    let deletes = new.at(&retention).and_then(Node::text) == Some("Delete");
    let replicas = |node: Option<&Node>| node.and_then(Node::as_i64).unwrap_or(1);
    let (before, after) = (replicas(found.before), replicas(found.after));
    if !new.gvk.is("apps", "StatefulSet") || !deletes || after >= before {
        return;
    }
    let templates = old.at(&["spec", "volumeClaimTemplates"]).map_or(&[][..], Node::items);
    let claims = templates.iter().filter_map(|t| t.at(&["metadata", "name"])?.text());
    let claims =
        claims.flat_map(|t| (after..before).map(move |n| format!("{t}-{}-{n}", new.key.name)));
    let claims: Vec<String> = claims.take(MOST).collect();
    if claims.is_empty() || pair.before.is_none() {
        return;
    }
    let message = format!(
        "`{}` goes from {before} to {after} replicas, and its `whenScaled: Delete` deletes the claims of those \
         that go, {}: the data on their volumes goes with them unless the reclaim policy is `Retain`",
        new.key,
        wording::list(&claims),
    );
    out.push(found.draft(message).apply(Apply::DataLoss).help(
        "first set `whenScaled: Retain` and wait until that is live, then scale; `kubectl get pvc` shows which \
         claims stay",
    ));
}

/// Claims are counted up to these.
const MOST: usize = 1000;
