//! `secret-in-plain`: a Secret stands in the repository unencrypted.

use gitops_model::{Confidence, FieldPath};
use gitops_yaml::Node;

use crate::{Check, Draft, State};

rule!(
    "secret-in-plain",
    Warning,
    Check::State(check),
    "is a secret that everyone who reads the repository can read",
    Pedantic
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    settings(state, out);
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

/// Settings whose names say that their values are secrets.
fn settings(state: &State<'_>, out: &mut Vec<Draft>) {
    for settings in state.of_kind("", "ConfigMap") {
        let entries = settings.at(&["data"]).map_or(&[][..], Node::entries);
        for entry in entries.iter().filter(|e| names_a_secret(&e.key)) {
            if !entry.value.text().is_some_and(is_plain) {
                continue;
            }
            out.push(
                Draft::new(format!(
                    "`{}` holds `{}`, which its name calls a secret: everyone who reads the \
                     repository or the namespace knows it",
                    settings.key, entry.key
                ))
                .on(settings)
                .field(FieldPath::keys(&["data"]).key(&entry.key))
                .at(&entry.value)
                .confidence(Confidence::Possible)
                .help("move it to a Secret that is encrypted or fetched, and change the value"),
            );
        }
    }
}

/// `DB_PASSWORD`, `api-token`; files and addresses are not meant.
fn names_a_secret(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let last = lower.rsplit(['_', '-', '.']).next().unwrap_or_default();
    matches!(last, "password" | "passwd" | "token" | "secret" | "apikey" | "credentials")
}

/// Whether a value is the secret itself: not empty, encrypted, or filled in later.
fn is_plain(value: &str) -> bool {
    !(value.is_empty() || value.starts_with("ENC[") || value.contains("${") || value.contains('<'))
}
