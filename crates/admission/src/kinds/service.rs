//! Services: addresses, families and ports that the server allocates, keeps and releases
//! (pkg/registry/core/service).

use gitops_yaml::Node;

use super::chosen::CHOSEN;
use crate::edit::{self, same};

const NONE: &str = "None";
const IPV4: &str = "IPv4";
const IPV6: &str = "IPv6";
const SINGLE: &str = "SingleStack";

fn kind(service: &Node) -> &str {
    edit::text(service, &["spec", "type"])
}

fn needs_address(service: &Node) -> bool {
    kind(service) != "ExternalName"
}

/// Whether the service has no address but those of its pods.
pub(crate) fn is_headless(service: &Node) -> bool {
    edit::list(service, &["spec", "clusterIPs"]) == [NONE]
}

/// Whether a load balancer asks nodes for their health.
pub(crate) fn needs_health_check(service: &Node) -> bool {
    kind(service) == "LoadBalancer"
        && edit::text(service, &["spec", "externalTrafficPolicy"]) == "Local"
}

/// Fills in what the server allocates on create, on a dual-stack cluster whose first family is IPv4.
pub(super) fn allocate(service: &mut Node) {
    if needs_health_check(service) {
        edit::set_absent(service, &["spec"], "healthCheckNodePort", CHOSEN);
    }
    if !needs_address(service) {
        return;
    }
    let address = edit::text(service, &["spec", "clusterIP"]).to_owned();
    let mut addresses = edit::list(service, &["spec", "clusterIPs"]);
    if addresses.is_empty() && !address.is_empty() {
        addresses.push(address);
    }
    choose_families(service, None, &addresses);
    if addresses.first().is_none_or(|first| first != NONE) {
        for family in edit::list(service, &["spec", "ipFamilies"]).iter().skip(addresses.len()) {
            addresses.push(format!("{CHOSEN} {family}"));
        }
    }
    if let Some(first) = addresses.first() {
        edit::set_absent(service, &["spec"], "clusterIP", first);
    }
    set_list(service, "clusterIPs", &addresses);
}

/// `initIPFamilyFields` of pkg/registry/core/service/storage/alloc.go.
fn choose_families(service: &mut Node, before: Option<&Node>, addresses: &[String]) {
    let headless = addresses.first().is_some_and(|first| first == NONE);
    let kept =
        before.map(|old| edit::text(old, &["spec", "ipFamilyPolicy"])).filter(|p| !p.is_empty());
    let selects = service.at(&["spec", "selector"]).is_some();
    let policy = kept.unwrap_or(if headless && !selects { "RequireDualStack" } else { SINGLE });
    edit::set_absent(service, &["spec"], "ipFamilyPolicy", policy);
    let mut families = edit::list(service, &["spec", "ipFamilies"]);
    if !headless {
        let known = families.len();
        families.extend(addresses.iter().skip(known).map(|ip| family_of(ip).to_owned()));
    }
    if families.is_empty() {
        families.push(IPV4.to_owned());
    }
    if edit::text(service, &["spec", "ipFamilyPolicy"]) != SINGLE && families.len() == 1 {
        families.push(if families[0] == IPV4 { IPV6 } else { IPV4 }.to_owned());
    }
    set_list(service, "ipFamilies", &families);
}

/// The family of an address, or of one that is still to be known.
pub(crate) fn family_of(address: &str) -> &'static str {
    if address.contains(':') || address.contains(IPV6) { IPV6 } else { IPV4 }
}

fn set_list(service: &mut Node, key: &str, items: &[String]) {
    let value = (!items.is_empty()).then(|| edit::texts(service, items));
    edit::put(service, &["spec"], key, value);
}

/// What the server does to an updated service before it validates it.
pub(super) fn restore(service: &mut Node, live: &Node) {
    patch_allocated(service, live);
    normalise_addresses(service, live);
    drop_type_dependent(service, live);
}

/// `patchAllocatedValues`: what was allocated is kept where the manifest is silent.
fn patch_allocated(service: &mut Node, live: &Node) {
    let mut kept: Vec<&str> = Vec::new();
    if needs_address(live) && needs_address(service) {
        kept.extend(["clusterIP", "clusterIPs"]);
    }
    if needs_health_check(live) && needs_health_check(service) {
        kept.push("healthCheckNodePort");
    }
    for key in kept {
        if service.at(&["spec", key]).is_none() {
            edit::copy(service, live, &["spec"], key);
        }
    }
}

/// `normalizeClusterIPs`: `clusterIPs` follows `clusterIP` where it alone was changed.
fn normalise_addresses(service: &mut Node, live: &Node) {
    let address = |node: &Node| edit::text(node, &["spec", "clusterIP"]).to_owned();
    let (old, new) = (address(live), address(service));
    if old != new && same_list(service, live, "clusterIPs") {
        let addresses = if new.is_empty() { Vec::new() } else { vec![new] };
        set_list(service, "clusterIPs", &addresses);
    }
}

/// `dropTypeDependentFields`: what the new type has no use for goes, unless it was changed too.
fn drop_type_dependent(service: &mut Node, live: &Node) {
    let mut unused: Vec<&str> = Vec::new();
    if needs_address(live) && !needs_address(service) {
        unused.extend(["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]);
    }
    if needs_health_check(live) && !needs_health_check(service) {
        unused.push("healthCheckNodePort");
    }
    if kind(live) == "LoadBalancer" && kind(service) != "LoadBalancer" {
        unused.push("loadBalancerClass");
    }
    for key in unused {
        if same(service.at(&["spec", key]), live.at(&["spec", key])) {
            edit::put(service, &["spec"], key, None);
        }
    }
}

fn same_list(a: &Node, b: &Node, key: &str) -> bool {
    edit::list(a, &["spec", key]) == edit::list(b, &["spec", key])
}

/// Addresses and families as the allocator leaves them.
pub(crate) struct Settled {
    /// The addresses; those still to be allocated are not among them.
    pub(crate) addresses: Vec<String>,
    /// The families.
    pub(crate) families: Vec<String>,
    /// Whether one family or address is all that is asked for.
    pub(crate) is_single: bool,
    /// The address whose family is another than the one asked for.
    pub(crate) mismatch: Option<String>,
    /// Whether the second family or address is released without saying so.
    pub(crate) releases: bool,
}

/// `initIPFamilyFields` of pkg/registry/core/service/storage/alloc.go, on an update.
pub(crate) fn settle(service: &Node, live: &Node) -> Settled {
    let addresses = edit::list(service, &["spec", "clusterIPs"]);
    let mut chosen = service.clone();
    let families = edit::list(service, &["spec", "ipFamilies"]);
    let headless = is_headless(service);
    let wanted =
        addresses.iter().zip(&families).find(|(ip, family)| family_of(ip) != family.as_str());
    let mismatch = wanted.filter(|_| !headless).map(|(ip, _)| ip.clone());
    let policy = [service, live].map(|s| edit::text(s, &["spec", "ipFamilyPolicy"]).to_owned());
    let is_single = policy.iter().find(|p| !p.is_empty()).is_none_or(|p| p == SINGLE);
    let mut settled = Settled { addresses, families, is_single, mismatch, releases: false };
    if is_single {
        if same_list(service, live, "clusterIPs") {
            settled.addresses.truncate(1);
        }
        if same_list(service, live, "ipFamilies") {
            settled.families.truncate(1);
        }
    } else {
        let reduced = |now: &[String], key: &str| {
            !now.is_empty() && now.len() < edit::list(live, &["spec", key]).len()
        };
        settled.releases =
            reduced(&settled.addresses, "clusterIPs") || reduced(&settled.families, "ipFamilies");
    }
    set_list(&mut chosen, "ipFamilies", &settled.families);
    choose_families(&mut chosen, Some(live), &settled.addresses);
    settled.families = edit::list(&chosen, &["spec", "ipFamilies"]);
    settled
}
