//! `AppProject`: what its Applications may read from, deploy to and deploy.

use gitops_model::Resource;
use gitops_yaml::Node;

use super::names::GROUP;
use crate::fields::{items, spec};

/// Limits for the Applications of a project.
#[derive(Debug, Clone, Copy)]
pub struct AppProject<'a>(&'a Resource);

impl<'a> AppProject<'a> {
    /// Views an object as an AppProject, if it is one.
    #[must_use]
    pub fn of(object: &'a Resource) -> Option<Self> {
        object.gvk.is(GROUP, "AppProject").then_some(Self(object))
    }

    /// The object itself.
    #[must_use]
    pub fn object(&self) -> &'a Resource {
        self.0
    }

    /// Patterns of repositories that may be read; `!` denies.
    pub fn source_repos(&self) -> impl Iterator<Item = &'a str> {
        items(self.0, &["sourceRepos"]).iter().filter_map(Node::text)
    }

    /// Where it may deploy to: maps of `server`, `name` and `namespace`, each a pattern.
    #[must_use]
    pub fn destinations(&self) -> &'a [Node] {
        items(self.0, &["destinations"])
    }

    /// Cluster-scoped kinds that it may deploy: maps of `group` and `kind`.
    #[must_use]
    pub fn cluster_resources(&self) -> &'a [Node] {
        items(self.0, &["clusterResourceWhitelist"])
    }

    /// Namespaced kinds that it may deploy; `None` allows all, an empty list none.
    #[must_use]
    pub fn namespace_resources(&self) -> Option<&'a [Node]> {
        spec(self.0, &["namespaceResourceWhitelist"]).map(Node::items)
    }
}
