//! `secret-in-plain`: a Secret stands in the repository unencrypted.

use gitops_model::FieldPath;
use gitops_yaml::Node;

use crate::{Check, Draft, State};

rule!(
    "secret-in-plain",
    Warning,
    Check::State(check),
    "is a Secret that everyone who reads the repository can read",
    Pedantic
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for secret in state.of_kind("", "Secret").filter(|s| s.at(&["sops"]).is_none()) {
        for map in ["data", "stringData"] {
            let entries = secret.at(&[map]).map_or(&[][..], Node::entries);
            let Some(entry) = entries.iter().find(|e| e.value.text().is_some_and(is_plain)) else {
                continue;
            };
            out.push(
                Draft::new(format!(
                    "`{}` stands in the repository as it is: everyone who reads that knows `{}`",
                    secret.key, entry.key
                ))
                .on(secret)
                .field(FieldPath::keys(&[map]).key(&entry.key))
                .at(&entry.value)
                .help(
                    "encrypt it with SOPS, seal it, or let an ExternalSecret fetch it; \
                     then change the value, as history keeps the old one",
                ),
            );
        }
    }
}

/// Whether a value is the secret itself: not empty, encrypted, or filled in later.
fn is_plain(value: &str) -> bool {
    !(value.is_empty() || value.starts_with("ENC[") || value.contains("${") || value.contains('<'))
}
