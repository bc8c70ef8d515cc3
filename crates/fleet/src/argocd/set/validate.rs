//! Which Applications of a set are created.

use std::collections::BTreeMap;

use gitops_api::argocd::{Application, ApplicationSet};
use gitops_model::{Problem, ProblemKind, Resource};
use gitops_yaml::{Node, SmolStr};

use super::Made;
use crate::argocd::clusters::{KnownCluster, resolve};

/// Drops what Argo CD or the API server refuses, each Application for itself; of two with one name both.
pub(super) fn kept(
    set: ApplicationSet<'_>,
    applications: Vec<Resource>,
    clusters: &[KnownCluster],
) -> Made {
    let mut count: BTreeMap<SmolStr, usize> = BTreeMap::new();
    for application in &applications {
        *count.entry(application.key.name.clone()).or_default() += 1;
    }
    let mut made = Made { applications: Vec::new(), problems: Vec::new() };
    for application in applications {
        let twice = count.get(&application.key.name).copied().unwrap_or_default() > 1;
        let refusal = if twice {
            Some("the set makes more than one of that name".to_owned())
        } else {
            refusal(&application, clusters)
        };
        match refusal {
            None => made.applications.push(application),
            Some(why) => {
                let message = format!(
                    "`{}` does not make the Application `{}`: {why}",
                    set.object().key.name,
                    application.key.name
                );
                let at = application.at(&["metadata", "name"]).unwrap_or(&application.body).span();
                let problem = Problem::new(ProblemKind::Discovery, message, Some(at));
                if !made.problems.contains(&problem) {
                    made.problems.push(problem);
                }
            }
        }
    }
    made.applications.sort_by(|a, b| a.key.cmp(&b.key));
    made
}

fn refusal(object: &Resource, clusters: &[KnownCluster]) -> Option<String> {
    let application = Application::of(object)?;
    if !is_subdomain(&object.key.name) {
        return Some("the API server refuses the name".to_owned());
    }
    if object.at(&["spec", "project"]).and_then(Node::text).is_none_or(str::is_empty) {
        return Some("it names no project".to_owned());
    }
    for (field, is_value) in
        [("labels", is_label_value as fn(&str) -> bool), ("annotations", |_| true)]
    {
        for entry in object.at(&["metadata", field]).map(Node::entries).unwrap_or_default() {
            let key_fits = if field == "labels" {
                is_qualified_name(&entry.key)
            } else {
                is_qualified_name(&entry.key.to_lowercase())
            };
            if !key_fits || !entry.value.text().is_none_or(is_value) {
                return Some(format!("the API server refuses `{}` among its {field}", entry.key));
            }
        }
    }
    resolve(application.destination(), clusters).err()
}

/// RFC 1123: labels of lower-case letters, digits and `-`, with dots between them.
fn is_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_dns_label)
}

fn is_dns_label(label: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !label.is_empty()
        && label.chars().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// `[prefix/]name` of a label or annotation.
pub(super) fn is_qualified_name(key: &str) -> bool {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(p, n)| (Some(p), n));
    prefix.is_none_or(is_subdomain) && !name.is_empty() && is_label_value(name)
}

/// At most 63 letters, digits, `-`, `_` and `.`, the first and last of them a letter or digit; or nothing.
pub(super) fn is_label_value(value: &str) -> bool {
    let ends = |c: char| c.is_ascii_alphanumeric();
    value.len() <= 63
        && value.chars().all(|c| ends(c) || "-_.".contains(c))
        && (value.is_empty() || value.starts_with(ends) && value.ends_with(ends))
}
