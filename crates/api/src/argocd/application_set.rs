//! `ApplicationSet`.

use gitops_model::Resource;
use gitops_yaml::Node;

use super::names::GROUP;
use crate::fields::{flag, items, spec};

/// A template and what fills it.
#[derive(Debug, Clone, Copy)]
pub struct ApplicationSet<'a>(&'a Resource);

impl<'a> ApplicationSet<'a> {
    /// Views an object as an ApplicationSet, if it is one.
    #[must_use]
    pub fn of(object: &'a Resource) -> Option<Self> {
        object.gvk.is(GROUP, "ApplicationSet").then_some(Self(object))
    }

    /// The object itself.
    #[must_use]
    pub fn object(&self) -> &'a Resource {
        self.0
    }

    /// What makes the parameters.
    #[must_use]
    pub fn generators(&self) -> &'a [Node] {
        items(self.0, &["generators"])
    }

    /// The Application to fill in.
    #[must_use]
    pub fn template(&self) -> Option<&'a Node> {
        spec(self.0, &["template"])
    }

    /// A patch, a template itself, that is laid over each Application.
    #[must_use]
    pub fn template_patch(&self) -> Option<&'a Node> {
        spec(self.0, &["templatePatch"])
    }

    /// Whether templates are Go's.
    #[must_use]
    pub fn uses_go_templates(&self) -> bool {
        flag(self.0, &["goTemplate"])
    }

    /// The options of Go's templates.
    pub fn go_template_options(&self) -> impl Iterator<Item = &'a str> {
        items(self.0, &["goTemplateOptions"]).iter().filter_map(Node::text)
    }

    /// Whether Applications are deleted without their resources.
    #[must_use]
    pub fn preserves_resources(&self) -> bool {
        flag(self.0, &["syncPolicy", "preserveResourcesOnDeletion"])
    }
}
