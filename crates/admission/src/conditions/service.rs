//! Services (pkg/apis/core/validation/validation.go `ValidateServiceUpdate`).

use gitops_schema::Immutable;
use gitops_yaml::Node;

use crate::judged::Judged;
use crate::kinds::{Settled, is_headless, needs_health_check, settle};
use crate::{Refusal, edit};

fn kind(service: &Node) -> &str {
    edit::text(service, &["spec", "type"])
}

/// The addresses that would be stored, where both services have some and nothing else is wrong.
fn settled(judged: &Judged<'_>) -> Option<Settled> {
    let external = [&judged.live, &judged.stored].iter().any(|s| kind(s) == "ExternalName");
    (!external).then(|| settle(&judged.stored, &judged.live))
}

/// Whether the manifest itself names an address.
fn names(judged: &Judged<'_>, address: &str) -> bool {
    edit::text(&judged.new, &["spec", "clusterIP"]) == address
        || edit::list(&judged.new, &["spec", "clusterIPs"]).iter().any(|ip| ip == address)
}

/// The first address changes, or the one that was kept does not fit the new type.
pub(super) fn cluster_ip(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let Some(settled) = settled(judged) else { return Vec::new() };
    if settled.releases || settled.mismatch.is_some() {
        return Vec::new();
    }
    if is_headless(&judged.stored) && matches!(kind(&judged.stored), "NodePort" | "LoadBalancer") {
        let mut refused = judged.refuse_if(!names(judged, "None"), row);
        for refusal in &mut refused {
            refusal.message =
                format!("may not be set to 'None' for {} services", kind(&judged.stored));
        }
        return refused;
    }
    if is_headless(&judged.live) && is_headless(&judged.stored) {
        return Vec::new();
    }
    let old = edit::list(&judged.live, &["spec", "clusterIPs"]);
    let changed = old.iter().zip(&settled.addresses).any(|(old, new)| old != new);
    judged.refuse_if(changed, row)
}

/// The families change while the addresses of the former ones stay.
pub(super) fn ip_families(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let mismatch = settled(judged).and_then(|settled| settled.mismatch);
    judged.refuse_if(mismatch.is_some_and(|address| !names(judged, &address)), row)
}

/// The second family or address goes without `ipFamilyPolicy: SingleStack`.
pub(super) fn downgrade(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let refused =
        settled(judged).is_some_and(|s| s.mismatch.is_none() && !s.is_single && s.releases);
    judged.refuse_if(refused, row)
}

/// The class changes while the service stays a load balancer.
pub(super) fn load_balancer_class(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let stays = [&judged.live, &judged.stored].iter().all(|s| kind(s) == "LoadBalancer");
    judged.refuse_if(stays && !judged.is_same(&row.keys()), row)
}

/// The port changes while the load balancer goes on to need it.
pub(super) fn health_check_port(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let stays = [&judged.live, &judged.stored].iter().all(|s| needs_health_check(s));
    judged.refuse_if(stays && !judged.is_same(&row.keys()), row)
}

/// Two ports of one number are told apart by their protocol, which a strategic merge patch does not
/// know. Where one of them goes, the patch takes both away, and no port may be left; where they change
/// places, it writes one over the other.
pub(super) fn ports_patch(judged: &Judged<'_>, row: &'static Immutable) -> Vec<Refusal> {
    let ports = |node: &Node| node.at(&row.keys()).map(Node::items).unwrap_or_default().to_vec();
    let (old, new) = (ports(&judged.old), ports(&judged.new));
    let number = |port: &Node| edit::text(port, &["port"]).to_owned();
    let protocols = |ports: &[Node], wanted: &str| -> Vec<String> {
        let of_number = ports.iter().filter(|port| number(port) == wanted);
        of_number.map(|port| edit::text(port, &["protocol"]).to_owned()).collect()
    };
    let pairs = |port: &Node| (protocols(&old, &number(port)), protocols(&new, &number(port)));
    let goes = |port: &Node| {
        let (old, new) = pairs(port);
        old.len() > new.len()
    };
    let swapped = old.iter().map(pairs).any(|(old, new)| {
        old.len() > 1 && old.len() <= new.len() && old.iter().zip(&new).any(|(a, b)| a != b)
    });
    let valid = !new.is_empty() && new.iter().all(|port| !number(port).is_empty());
    judged.refuse_if(judged.is_patch() && valid && (swapped || new.iter().all(goes)), row)
}
