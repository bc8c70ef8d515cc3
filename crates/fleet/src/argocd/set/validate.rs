//! Which Applications of a set are created.

use std::collections::BTreeMap;

use gitops_api::argocd::{Application, ApplicationSet};
use gitops_model::{Problem, ProblemKind, Resource};
use gitops_yaml::{Node, SmolStr};

use super::Made;
use crate::argocd::clusters::{KnownCluster, resolve};
use crate::selector::{is_label_value, is_qualified_name, is_subdomain};

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
