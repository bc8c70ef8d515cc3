//! Addresses of remote bases: which strings kustomize takes for one, and what stands for it here.

use gitops_model::Unchecked;
use gitops_yaml::Span;

use crate::decode::Text;
use crate::error::Error;

/// A remote base: the repository's address, the directory in it, and the revision asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RepoSpec {
    pub(crate) repository: String,
    pub(crate) directory: String,
    pub(crate) reference: Option<String>,
}

pub(crate) fn is_url(path: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|s| path.get(..s.len()).is_some_and(|p| p.eq_ignore_ascii_case(s)))
}

/// The failure of a build that would have to fetch.
pub(crate) fn unreachable(address: &str) -> Error {
    let not_fetched = not_fetched_at(address, None);
    let message = format!("`{address}` is remote, and nothing is fetched");
    let mut error = Error::new(message, None).help(
        "vendor it into the repository, or map its address to a directory with `repoMap` in \
         .gitops-lint.yaml",
    );
    error.unchecked.push(not_fetched);
    error
}

/// What is said of a remote resource that is left out.
pub(crate) fn not_fetched(path: &Text) -> Unchecked {
    not_fetched_at(path, Some(path.span))
}

fn not_fetched_at(address: &str, span: Option<Span>) -> Unchecked {
    let what = format!("remote base {address}");
    Unchecked::new(what, "it is remote, and nothing is fetched", span)
}

impl RepoSpec {
    /// Reads an address as kustomize's git loader does; `None` if it takes it for a path.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.starts_with('/') {
            return None;
        }
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let reference = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .filter(|(key, value)| matches!(*key, "ref" | "version") && !value.is_empty())
            .max_by_key(|(key, _)| *key == "ref")
            .map(|(_, value)| value.to_owned());
        let (host, rest) = host(address)?;
        let segments = if host == "file://" { usize::MAX } else { 2 };
        let (repository, directory) = split_repository(&rest, segments)?;
        if repository.is_empty() || leaves(directory.trim_start_matches('/')) {
            return None;
        }
        let directory = directory.trim_start_matches('/').to_owned();
        Some(Self { repository: format!("{host}{repository}"), directory, reference })
    }
}

fn leaves(path: &str) -> bool {
    gitops_model::clean_path(path).is_none()
}

fn split_repository(path: &str, segments: usize) -> Option<(String, String)> {
    let own = |(a, b): (&str, &str)| (a.to_owned(), b.to_owned());
    if let Some(at) = path.find("_git/") {
        let (root, rest) = path.split_at(at + "_git/".len());
        let (name, directory) = rest.split_once('/').unwrap_or((rest, ""));
        return Some((format!("{root}{name}"), directory.to_owned()));
    }
    if let Some(split) = path.split_once("//") {
        return Some(own(split));
    }
    if let Some(at) = path.find(".git") {
        return Some(own(path.split_at(at + ".git".len())));
    }
    if segments == usize::MAX {
        return Some((path.to_owned(), String::new()));
    }
    let parts: Vec<&str> = path.split('/').collect();
    let (repository, directory) = parts.split_at_checked(segments)?;
    Some((repository.join("/"), directory.join("/")))
}

/// The host part, normalised for GitHub, and the rest.
fn host(address: &str) -> Option<(String, String)> {
    let address = strip_prefix(address, "git::").unwrap_or(address);
    let schemes = ["ssh://", "https://", "http://", "file://"];
    let found = schemes.iter().find_map(|s| Some((*s, strip_prefix(address, s)?)));
    let (scheme, rest) = found.unwrap_or(("", address));
    let user_len = rest.find('@').filter(|at| is_user(&rest[..*at])).map_or(0, |at| at + 1);
    let (user, rest) = rest.split_at(user_len);
    let lower = rest.to_ascii_lowercase();
    let github = lower.starts_with("github.com/") || lower.starts_with("github.com:");
    let scp = scheme.is_empty() && (!user.is_empty() || github);
    if scheme.is_empty() && !scp {
        return None;
    }
    if scheme == "file://" {
        return Some((scheme.to_owned(), format!("{user}{rest}")));
    }
    let slash = rest.find('/');
    let colon = rest.find(':').filter(|c| scp && *c > 0 && slash.is_none_or(|s| *c < s));
    let (host, rest) = match colon.or(slash) {
        Some(at) => rest.split_at(at + 1),
        None => (rest, ""),
    };
    if host.is_empty() {
        return None;
    }
    let full = match (github, scheme == "ssh://" || !user.is_empty()) {
        (true, true) => format!("{user}github.com:"),
        (true, false) => "https://github.com/".to_owned(),
        (false, _) => format!("{scheme}{user}{host}"),
    };
    Some((full, rest.to_owned()))
}

fn strip_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

fn is_user(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::RepoSpec;

    #[test]
    fn addresses_split_into_repository_and_directory() {
        let cases = [
            ("github.com/org/repo//base?ref=v1", "https://github.com/org/repo", "base"),
            ("https://github.com/org/repo.git", "https://github.com/org/repo.git", ""),
            ("git@github.com:org/repo/a/b", "git@github.com:org/repo", "a/b"),
            ("ssh://git@host.example/org/repo//x", "ssh://git@host.example/org/repo", "x"),
        ];
        for (text, repository, directory) in cases {
            let spec = RepoSpec::parse(text).unwrap();
            assert_eq!(
                (spec.repository.as_str(), spec.directory.as_str()),
                (repository, directory)
            );
        }
        for path in ["../base", "base/app.yaml", "/etc"] {
            assert_eq!(RepoSpec::parse(path), None);
        }
    }
}
