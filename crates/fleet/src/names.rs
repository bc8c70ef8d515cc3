//! What clusters are called and where they stand on the way to production.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::Environment;
use gitops_yaml::SmolStr;

/// A name for each entry path: its last component that no other path has, else the whole path.
pub(crate) fn names(paths: &[SmolStr]) -> Vec<SmolStr> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in paths {
        let components: BTreeSet<&str> = path.split('/').collect();
        components.into_iter().for_each(|c| *counts.entry(c).or_default() += 1);
    }
    let unique = |component: &&str| counts.get(component) == Some(&1);
    let name =
        |path: &SmolStr| path.rsplit('/').find(unique).map_or_else(|| path.clone(), SmolStr::new);
    paths.iter().map(name).collect()
}

/// The environment that a token of a name, else of a path, speaks of.
pub(crate) fn environment(name: &str, path: &str) -> Environment {
    let known = |text: &str| {
        let tokens = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|t| !t.is_empty());
        let tokens: Vec<String> = tokens.map(str::to_ascii_lowercase).collect();
        let qualified =
            tokens.windows(2).find_map(|pair| match (pair[0].as_str(), token(&pair[1])) {
                ("pre", Some(Environment::Production)) => Some(Environment::Staging),
                ("non" | "no", Some(Environment::Production)) => Some(Environment::Dev),
                _ => None,
            });
        qualified.or_else(|| tokens.iter().rev().find_map(|t| token(t)))
    };
    known(name).or_else(|| known(path)).unwrap_or(Environment::Unknown)
}

fn token(token: &str) -> Option<Environment> {
    match token {
        "prod" | "production" | "prd" | "live" => Some(Environment::Production),
        "stg" | "stage" | "staging" | "uat" | "preprod" | "acceptance" => {
            Some(Environment::Staging)
        }
        "dev" | "development" | "test" | "testing" | "tst" | "qa" | "sandbox" | "sbx" | "sbox"
        | "nonprod" | "playground" => Some(Environment::Dev),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_is_named_by_what_only_its_path_has() {
        let cases: [(&[&str], &[&str]); 4] = [
            (&["clusters/prod", "clusters/dev"], &["prod", "dev"]),
            (&["k/main/flux", "k/utility/flux"], &["main", "utility"]),
            (&["clusters/a/00", "clusters/a/01", "clusters/b/00"], &["clusters/a/00", "01", "b"]),
            (&["kubernetes/flux"], &["flux"]),
        ];
        for (paths, want) in cases {
            let paths: Vec<SmolStr> = paths.iter().map(|p| (*p).into()).collect();
            assert_eq!(names(&paths), want, "{paths:?}");
        }
    }

    #[test]
    fn environments_are_read_from_tokens() {
        let cases = [
            ("prod-eu", "x", Environment::Production),
            ("c2-production", "", Environment::Production),
            ("eu1", "clusters/staging/eu1", Environment::Staging),
            ("dev01", "", Environment::Dev),
            ("pre-prod", "", Environment::Staging),
            ("reproduce", "", Environment::Unknown),
        ];
        for (name, path, want) in cases {
            assert_eq!(environment(name, path), want, "{name}");
        }
    }
}
