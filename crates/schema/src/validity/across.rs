//! What the API server's validation asks of several fields at once. Source: kubernetes/kubernetes,
//! `pkg/apis/{core,apps,batch,autoscaling,policy,networking}/validation`.

use gitops_yaml::{Node, SmolStr};

use super::place::Place;
use super::unknown::is_unknown;
use super::violation::{Fault, Violation, nearest, one_of};
use crate::{Quantity, whole};

/// What is said of a volume that is not there.
const NO_VOLUME: &str = "the name of a volume of the pod";

type Found = Vec<Violation>;
type Check = fn(&Node, &Place<'_>, &mut Found);

/// What is asked of a structure as a whole, by its name. Every entry has a bad and a good case in
/// `testdata/validity/across.yaml`.
const CHECKS: &[(&str, Check)] = &[
    ("apps/v1.DaemonSetSpec", |node, at, found| restarts(node, &["Always"], at, found)),
    ("apps/v1.DeploymentSpec", |node, at, found| restarts(node, &["Always"], at, found)),
    ("apps/v1.ReplicaSetSpec", |node, at, found| restarts(node, &["Always"], at, found)),
    ("apps/v1.RollingUpdateDeployment", rolls),
    ("apps/v1.StatefulSetSpec", |node, at, found| restarts(node, &["Always"], at, found)),
    ("autoscaling/v2.HorizontalPodAutoscalerSpec", bounds),
    ("batch/v1.JobSpec", |node, at, found| restarts(node, &["OnFailure", "Never"], at, found)),
    ("core/v1.EnvVar", |node, at, found| exclusive(node, &["value", "valueFrom"], at, found)),
    ("core/v1.PodSpec", mounts),
    ("core/v1.Probe", |node, at, found| {
        exclusive(node, &["exec", "httpGet", "tcpSocket", "grpc"], at, found);
    }),
    ("core/v1.ResourceRequirements", requests),
    ("core/v1.ServiceSpec", port_names),
    ("core/v1.Volume", |node, at, found| {
        let sources = node.entries().iter().map(|e| e.key.as_str());
        exclusive(node, &sources.filter(|key| *key != "name").collect::<Vec<_>>(), at, found);
    }),
    ("networking.k8s.io/v1.HTTPIngressPath", absolute),
    ("networking.k8s.io/v1.ServiceBackendPort", |node, at, found| {
        exclusive(node, &["name", "number"], at, found);
    }),
    ("policy/v1.PodDisruptionBudgetSpec", |node, at, found| {
        exclusive(node, &["minAvailable", "maxUnavailable"], at, found);
    }),
];

/// Finds what is wrong with a structure of that name as a whole.
pub(super) fn check(node: &Node, name: &str, at: &Place<'_>, found: &mut Found) {
    if let Ok(place) = CHECKS.binary_search_by_key(&name, |(name, _)| name) {
        (CHECKS[place].1)(node, at, found);
    }
}

/// Takes back what is said of volumes that a StatefulSet makes itself. Of a part of an object alone nobody
/// knows which it makes.
pub(super) fn forgive_claims(whole: Option<&Node>, found: &mut Found) {
    let claims = |object: &Node| -> Vec<String> {
        let claims = items_at(object, &["spec", "volumeClaimTemplates"]).iter();
        claims.filter_map(|c| Some(c.at(&["metadata", "name"])?.text()?.to_owned())).collect()
    };
    let made = whole.map(claims);
    found.retain(|violation| {
        let Fault::NotAllowed { allowed, .. } = &violation.fault else { return true };
        let name = violation.value.text().unwrap_or_default();
        allowed != NO_VOLUME || made.as_ref().is_some_and(|made| !made.iter().any(|m| m == name))
    });
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key).filter(|value| !is_unknown(value))?.text()
}

fn items_at<'n>(node: &'n Node, path: &[&str]) -> &'n [Node] {
    node.at(path).map(Node::items).unwrap_or_default()
}

fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    items_at(node, &[key])
}

/// At most one of these fields is there.
fn exclusive(node: &Node, keys: &[&str], at: &Place<'_>, found: &mut Found) {
    let is_there = |value: &Node| !value.is_null() && value.as_str() != Some("");
    let mut there =
        keys.iter().filter_map(|key| Some((*key, node.get(key).filter(|v| is_there(v))?)));
    let Some((first, _)) = there.next() else { return };
    for (key, value) in there {
        let allowed = format!("left out where `{first}` is there");
        found.push(at.key(key).violation(value, Fault::not_allowed(allowed)));
    }
}

/// The restart policies that a template may have; the default is `Always`.
fn restarts(node: &Node, allowed: &[&str], at: &Place<'_>, found: &mut Found) {
    let Some(spec) = node.at(&["template", "spec"]) else { return };
    let (template, place) = (at.key("template"), "restartPolicy");
    let at = template.key("spec");
    match spec.get(place).filter(|value| !value.is_null()) {
        None if allowed.contains(&"Always") => {}
        None => found.push(at.key(place).violation(spec, Fault::Missing)),
        Some(value) if is_unknown(value) || value.text().is_none_or(|t| allowed.contains(&t)) => {}
        Some(value) => {
            let words = one_of(allowed.iter());
            found.push(at.key(place).violation(value, Fault::not_allowed(words)));
        }
    }
}

/// A rolling update that may neither add a pod nor take one away.
fn rolls(node: &Node, at: &Place<'_>, found: &mut Found) {
    let is_zero = |key: &str| matches!(text(node, key), Some("0" | "0%"));
    if let Some(value) = node.get("maxUnavailable")
        && is_zero("maxUnavailable")
        && is_zero("maxSurge")
    {
        let allowed = Fault::not_allowed("more than 0 where `maxSurge` is 0");
        found.push(at.key("maxUnavailable").violation(value, allowed));
    }
}

fn bounds(node: &Node, at: &Place<'_>, found: &mut Found) {
    let (Some(least), Some(value)) = (node.get("minReplicas"), node.get("maxReplicas")) else {
        return;
    };
    if let Some((least, most)) = whole(least).zip(whole(value))
        && most < least
    {
        let allowed = format!("at least `minReplicas`, which is {least}");
        found.push(at.key("maxReplicas").violation(value, Fault::not_allowed(allowed)));
    }
}

fn requests(node: &Node, at: &Place<'_>, found: &mut Found) {
    let size = |value: &Node| Quantity::parse(value.text().filter(|_| !is_unknown(value))?);
    for entry in node.get("requests").map(Node::entries).unwrap_or_default() {
        let Some(limit) = node.at(&["limits", &entry.key]) else { continue };
        if let Some((request, most)) = size(&entry.value).zip(size(limit))
            && request > most
        {
            let allowed = format!("at most the limit, `{}`", limit.text().unwrap_or_default());
            let place = at.key("requests");
            found.push(place.key(&entry.key).violation(&entry.value, Fault::not_allowed(allowed)));
        }
    }
}

/// Ports of a Service have names where there are several.
fn port_names(node: &Node, at: &Place<'_>, found: &mut Found) {
    let ports = items(node, "ports");
    let keys = [SmolStr::new_static("port")];
    for (index, port) in ports.iter().enumerate().filter(|_| ports.len() > 1) {
        if port.get("name").is_none_or(|name| name.is_null() || name.text() == Some("")) {
            let list = at.key("ports");
            found.push(list.item(index, port, &keys).key("name").violation(port, Fault::Missing));
        }
    }
}

fn absolute(node: &Node, at: &Place<'_>, found: &mut Found) {
    let by_path = matches!(text(node, "pathType"), Some("Exact" | "Prefix"));
    if let (true, Some(path)) = (by_path, text(node, "path"))
        && !path.starts_with('/')
        && let Some(value) = node.get("path")
    {
        found.push(
            at.key("path").violation(value, Fault::not_allowed("a path that starts with `/`")),
        );
    }
}

/// What containers mount is a volume of the pod.
fn mounts(node: &Node, at: &Place<'_>, found: &mut Found) {
    let volumes: Vec<SmolStr> =
        items(node, "volumes").iter().filter_map(|v| Some(v.get("name")?.text()?.into())).collect();
    let by_name = [SmolStr::new_static("name")];
    let by_path = [SmolStr::new_static("mountPath")];
    for list in ["initContainers", "containers"] {
        for (index, container) in items(node, list).iter().enumerate() {
            for (mount_index, mount) in items(container, "volumeMounts").iter().enumerate() {
                let Some(name) = mount.get("name").filter(|name| !is_unknown(name)) else {
                    continue;
                };
                let Some(text) = name.text() else { continue };
                if volumes.iter().any(|volume| volume == text) {
                    continue;
                }
                let near = nearest(text, &volumes);
                let fault = Fault::NotAllowed { allowed: NO_VOLUME.to_owned(), near };
                let (list, mounts) = (at.key(list), "volumeMounts");
                let container = list.item(index, container, &by_name);
                let mounts = container.key(mounts);
                let mount = mounts.item(mount_index, mount, &by_path);
                found.push(mount.key("name").violation(name, fault));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use gitops_model::{FieldPath, Gvk};
    use gitops_yaml::{ContentId, Sources};

    use super::*;
    use crate::validity::violations;

    const CASES: &str = include_str!("../../../../testdata/validity/across.yaml");

    /// `path: what is asked for`.
    fn told(object: &Node) -> Vec<String> {
        let text = |key| object.get(key).and_then(Node::text).unwrap_or_default();
        let known = crate::kind(&Gvk::new(text("apiVersion"), text("kind"))).expect("a known kind");
        let said = violations(object, known, &FieldPath::default()).into_iter().map(|v| {
            let fault = match v.fault {
                Fault::Missing => "missing".to_owned(),
                Fault::NotAllowed { allowed, .. } => allowed,
                other => format!("{other:?}"),
            };
            format!("{}: {fault}", v.path)
        });
        said.collect()
    }

    #[test]
    fn every_check_has_a_bad_and_a_good_case() {
        let file = Sources::default().load("across", ContentId::of(b""), CASES.as_bytes());
        let mut shown = BTreeSet::new();
        for case in file.documents.first().expect("the cases").items() {
            let said: Vec<&str> = items(case, "says").iter().filter_map(Node::text).collect();
            let (bad, good) = (case.get("bad").expect("bad"), case.get("good").expect("good"));
            assert_eq!(told(bad), said, "{bad:?}");
            assert_eq!(told(good), Vec::<String>::new(), "{good:?}");
            assert!(!said.is_empty());
            shown.insert(text(case, "of").expect("of").to_owned());
        }
        let all: BTreeSet<String> = CHECKS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(shown, all);
    }

    #[test]
    fn names_are_in_order() {
        assert!(CHECKS.is_sorted_by_key(|(name, _)| name));
    }
}
