//! `stale-consumer`: settings change, and who reads them is not told.

use gitops_graph::{Consequence, Link, PodTemplate};
use gitops_model::{Action, Change, FieldPath, Resource};

use crate::{Check, Draft, Pair, difference, wording};

rule!(
    "stale-consumer",
    Warning,
    Check::Change(check),
    "changes settings that running pods do not read again"
);

fn check(pair: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let object = change.object();
    let settings = object.gvk.is("", "ConfigMap") || object.gvk.is("", "Secret");
    if change.action != Action::Modified || !settings {
        return;
    }
    for map in ["data", "stringData", "binaryData"] {
        let path = FieldPath::keys(&[map]);
        let changed: Vec<String> = change
            .fields
            .iter()
            .filter(|f| f.path.is_below(&[map]) && !f.same_meaning)
            .filter_map(|f| f.path.0.get(1).map(|s| FieldPath(vec![s.clone()]).to_string()))
            .collect();
        let consumers: Vec<_> = pair
            .after
            .graph()
            .edges_to(&change.key)
            .into_iter()
            .filter(|link| is_stale(link, &changed))
            .filter_map(|link| link.from.object())
            .filter(|consumer| !restarts(pair, consumer))
            .map(|consumer| &consumer.key)
            .collect();
        if changed.is_empty() || consumers.is_empty() {
            continue;
        }
        let mut names = consumers;
        names.dedup();
        let message = format!(
            "`{}` changes, and the running pods of {} keep what they read when they started",
            change.key,
            wording::list(names),
        );
        let draft = Draft::new(message).on(object).field(path.clone()).help(
            "generate it with a hash in its name (`configMapGenerator`), or put a checksum of \
             it into the pods' annotations, so that a change replaces the pods",
        );
        out.push(difference::blame(draft, change, &path));
    }
}

/// Whether a reader is stale after a change of these keys: it read them into its environment, or
/// mounts them by `subPath`.
fn is_stale(link: &Link<'_>, changed: &[String]) -> bool {
    let keys = &link.edge.keys;
    let meant = keys.is_empty()
        || keys.iter().any(|k| changed.iter().any(|c| c.trim_matches(['[', ']', '"']) == k));
    link.felt() == Consequence::Stale && meant
}

/// Whether the pods are replaced all the same: by this change, or by a controller that watches.
fn restarts(pair: &Pair<'_>, consumer: &Resource) -> bool {
    let template = PodTemplate::of(consumer);
    let rolls = |c: &Change| {
        c.action == Action::Added || c.fields.iter().any(|f| f.path.is_below(&["spec", "template"]))
    };
    let annotations =
        consumer.at(&["metadata", "annotations"]).map_or(&[][..], gitops_yaml::Node::entries);
    let watched = annotations.iter().any(|e| e.key.contains("reloader.stakater.com"))
        || template.is_some_and(|t| t.annotation("reloader.stakater.com/auto").is_some());
    let short_lived = matches!(&*consumer.gvk.kind, "Job" | "CronJob" | "Pod");
    watched || short_lived || pair.changes.iter().any(|c| c.key == consumer.key && rolls(c))
}
