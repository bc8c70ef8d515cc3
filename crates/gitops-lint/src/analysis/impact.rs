//! What the change reaches beyond itself, one edge for all clusters on which it is the same.

use std::collections::{BTreeMap, BTreeSet};

use gitops_graph::{Consequence, reach};
use gitops_model::{Apply, Effect, Finding, Impact, ImpactEdge, ObjectKey};
use gitops_rules::Pair;
use gitops_yaml::SmolStr;
use rayon::prelude::*;

/// An edge as it is the same on several clusters.
type Same = (ObjectKey, ObjectKey, &'static str, &'static str, Consequence, Effect);

/// What the changes of all clusters reach.
pub(super) fn of(pairs: &[Pair<'_>], findings: &[Finding]) -> Impact {
    let found: Vec<_> = pairs.par_iter().map(|pair| of_pair(pair, findings)).collect();
    let mut merged: BTreeMap<Same, Vec<SmolStr>> = BTreeMap::new();
    for (pair, edges) in pairs.iter().zip(found) {
        for edge in edges {
            merged.entry(edge).or_default().push(pair.after.name().into());
        }
    }
    let edges: Vec<ImpactEdge> = merged
        .into_iter()
        .map(|((from, to, kind, reason, consequence, effect), clusters)| {
            let consequence = consequence.as_str().to_owned();
            ImpactEdge { from, to, kind, reason, consequence, effect, clusters }
        })
        .collect();
    let nodes: BTreeSet<ObjectKey> =
        edges.iter().flat_map(|e| [e.from.clone(), e.to.clone()]).collect();
    Impact { nodes: nodes.into_iter().collect(), edges }
}

fn of_pair(pair: &Pair<'_>, findings: &[Finding]) -> BTreeSet<Same> {
    let (Some(before), Some(effect), false) = (&pair.before, pair.effect, pair.changes.is_empty())
    else {
        return BTreeSet::new();
    };
    let refused = refused(pair, findings);
    let reached = reach(before.graph(), pair.after.graph(), pair.changes, &refused);
    // What takes up a change without harm is no news.
    let felt = reached.into_iter().filter(|r| r.consequence > Consequence::Reloads);
    felt.map(|r| {
        let (kind, reason) = (r.edge.relation.as_str(), r.reason());
        (r.from, r.to, kind, reason, r.consequence, effect)
    })
    .collect()
}

/// The objects whose update the API server refuses on this cluster.
fn refused(pair: &Pair<'_>, findings: &[Finding]) -> BTreeSet<ObjectKey> {
    let here = |f: &&Finding| {
        f.apply == Some(Apply::Rejected)
            && f.effect == pair.effect
            && f.clusters.contains(pair.after.name())
    };
    findings.iter().filter(here).flat_map(Finding::objects).cloned().collect()
}
