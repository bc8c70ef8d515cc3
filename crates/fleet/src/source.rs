//! Whether an address is that of this repository.

use std::collections::BTreeSet;

/// A set of repository addresses, compared whatever the protocol, the user and the spelling.
#[derive(Debug, Clone, Default)]
pub(crate) struct Addresses(BTreeSet<String>);

impl Addresses {
    /// Adds an address.
    pub(crate) fn insert(&mut self, url: &str) {
        self.0.insert(normalised(url));
    }

    /// Whether an address is one of these.
    pub(crate) fn contains(&self, url: &str) -> bool {
        self.0.contains(&normalised(url))
    }
}

impl<'u> FromIterator<&'u str> for Addresses {
    fn from_iter<I: IntoIterator<Item = &'u str>>(urls: I) -> Self {
        Self(urls.into_iter().map(normalised).collect())
    }
}

/// `host/path` in lower case, without protocol, user, port, `.git` and trailing `/`.
///
/// ```text
/// ssh://git@GitHub.com:22/Org/fleet.git   git@github.com:org/fleet   https://github.com/org/fleet/
/// ```
pub(crate) fn normalised(url: &str) -> String {
    let url = url.trim().to_lowercase();
    let (scheme, rest) = url.split_once("://").map_or((None, url.as_str()), |(s, r)| (Some(s), r));
    let (host, path) = match (scheme, rest.split_once(':')) {
        // `git@host:path`, which has no protocol and no port.
        (None, Some((host, path))) if !host.contains('/') => (host, path),
        _ => rest.split_once('/').unwrap_or((rest, "")),
    };
    let host = host.rsplit('@').next().unwrap_or(host);
    let host = host.split(':').next().unwrap_or(host);
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    format!("{host}/{path}")
}

/// Whether an address is that of a repository on some host, and not a path on this machine.
pub(crate) fn is_remote(url: &str) -> bool {
    match url.split_once("://") {
        Some((scheme, _)) => scheme != "file",
        None => url.split_once(':').is_some_and(|(host, _)| !host.contains('/') && host.len() > 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_are_equal() {
        let same = [
            "https://github.com/Org/Fleet.git",
            "https://github.com/org/fleet/",
            "http://user:token@github.com/org/fleet",
            "ssh://git@github.com:22/org/fleet.git",
            "ssh://git@github.com/org/fleet",
            "git@github.com:org/fleet.git",
        ];
        for url in same {
            assert_eq!(normalised(url), "github.com/org/fleet", "{url}");
        }
        assert_ne!(normalised("oci://ghcr.io/org/fleet"), normalised(same[0]));
    }

    #[test]
    fn a_path_is_no_remote_address() {
        for path in ["/srv/git/fleet", "../fleet", "file:///srv/fleet", "C:/fleet"] {
            assert!(!is_remote(path), "{path}");
        }
        assert!(is_remote("git@host:org/fleet") && is_remote("https://host/org/fleet"));
    }
}
