//! `alert-provider-insecure`: an alert provider holds its credentials, or sends in the clear.

use gitops_model::FieldPath;

use crate::{Check, Draft, State};

rule!(
    "alert-provider-insecure",
    Warning,
    Check::State(check),
    "holds its credentials in the repository, or sends alerts in the clear"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for provider in state.of_kind("notification.toolkit.fluxcd.io", "Provider") {
        let Some(address) = provider.at(&["spec", "address"]) else { continue };
        let Some(what) = address.text().and_then(fault) else { continue };
        // The address may be a secret, so it is not shown.
        out.push(
            Draft::new(format!("the address of `{}` {what}", provider.key))
                .on(provider)
                .field(FieldPath::keys(&["spec", "address"]))
                .at(address)
                .help(
                    "put the address in a Secret under `address` and name it in \
                 `spec.secretRef`; use https",
                ),
        );
    }
}

/// What is wrong with an address.
fn fault(address: &str) -> Option<&'static str> {
    let (scheme, rest) = address.split_once("://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let inside = host
        .split(':')
        .next()
        .is_some_and(|h| h.ends_with(".svc") || h.ends_with(".local") || !h.contains('.'));
    let webhook = [
        "hooks.slack.com",
        "discord.com",
        "discordapp.com",
        "outlook.office.com",
        "chat.googleapis.com",
    ];
    if address.contains("${") {
        None
    } else if host.contains('@') {
        Some("holds a password that everyone who reads the repository knows")
    } else if webhook.iter().any(|w| host.ends_with(w)) && path.len() > 20 {
        Some("is a webhook with its key, so everyone who reads the repository can post there")
    } else if scheme == "http" && !inside {
        Some("is plain http, so anyone on the way can read and forge alerts")
    } else {
        None
    }
}
