//! The claims that hold an object's data.

use std::collections::BTreeMap;

use gitops_model::Resource;
use gitops_yaml::Node;

use crate::case::Case;

/// A claim.
pub(crate) struct Claim {
    /// Its name on the cluster now.
    pub(crate) name: String,
    /// The size that the change asks for.
    pub(crate) size: String,
    /// Whether that is another than now.
    pub(crate) grows: bool,
    /// Its name where what it belongs to gets another.
    pub(crate) successor: String,
}

/// Pods of a StatefulSet beyond these are not named one by one.
const MOST_PODS: i64 = 100;

/// An object's claims: a claim itself, those of a StatefulSet's pods, those in a Namespace.
pub(crate) fn claims(case: &Case<'_>) -> Vec<Claim> {
    let Some(live) = case.old.map(|(_, object)| object) else { return Vec::new() };
    if live.gvk.is("", "Namespace") {
        let state = case.pair.before.iter();
        let inside = state.flat_map(|b| b.objects()).map(|(_, object)| object);
        let inside = inside.filter(|o| o.key.namespace == live.key.name);
        return inside.flat_map(|o| of_object(o, o)).collect();
    }
    let next = case.new.map(|(_, object)| object).or_else(|| case.successor()).unwrap_or(live);
    of_object(live, next)
}

/// How many pods a StatefulSet has.
pub(crate) fn replicas(case: &Case<'_>) -> i64 {
    case.old.map_or(0, |(_, object)| pods(object))
}

fn pods(object: &Resource) -> i64 {
    let asked = object.at(&["spec", "replicas"]).and_then(Node::as_i64);
    asked.unwrap_or(1).clamp(0, MOST_PODS)
}

fn of_object(live: &Resource, next: &Resource) -> Vec<Claim> {
    if live.gvk.is("", "PersistentVolumeClaim") {
        return vec![Claim {
            name: live.key.name.to_string(),
            size: size(&next.body),
            grows: false,
            successor: next.key.name.to_string(),
        }];
    }
    let (before, after) = (templates(live), templates(next));
    let claim = |template: &str, size: &str, pod: i64| Claim {
        name: format!("{template}-{}-{pod}", live.key.name),
        size: after.get(template).map_or(size, String::as_str).to_owned(),
        grows: after.get(template).is_some_and(|new| new != size),
        successor: format!("{template}-{}-{pod}", next.key.name),
    };
    let all = before.iter().flat_map(|(t, size)| (0..pods(live)).map(move |pod| (t, size, pod)));
    all.map(|(template, size, pod)| claim(template, size, pod)).collect()
}

/// The claim templates of a StatefulSet, with the size that they ask for.
fn templates(object: &Resource) -> BTreeMap<String, String> {
    let all = object.at(&["spec", "volumeClaimTemplates"]).map_or(&[][..], Node::items);
    let of = |t: &Node| Some((t.at(&["metadata", "name"])?.text()?.to_owned(), size(t)));
    all.iter().filter_map(of).collect()
}

fn size(claim: &Node) -> String {
    let asked = claim.at(&["spec", "resources", "requests", "storage"]);
    asked.and_then(Node::text).unwrap_or_default().to_owned()
}
