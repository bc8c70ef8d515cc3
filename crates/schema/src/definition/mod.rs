//! What a CustomResourceDefinition says of its kind.

mod alone;
#[cfg(feature = "cel")]
mod cel;
mod expression;
mod rule;
mod ruleless;
mod schema;
mod shape;
mod valid;

pub use rule::{Answer, Rule, rules};
pub use ruleless::is_ruleless;
pub use schema::pairing;

use gitops_model::{Gvk, Resource};
use gitops_yaml::Node;

use crate::{Struct, Violation};

/// The schema of one version of a kind, as its CustomResourceDefinition has it.
#[derive(Debug, Clone, Copy)]
pub struct Definition<'a> {
    version: &'a Node,
    schema: &'a Node,
}

impl<'a> Definition<'a> {
    /// What a definition says of a kind, if it defines that kind and version.
    #[must_use]
    pub fn of(definition: &'a Resource, gvk: &Gvk) -> Option<Self> {
        let text = |keys: &[&str]| definition.at(keys).and_then(Node::text).unwrap_or_default();
        if text(&["spec", "group"]) != gvk.group || text(&["spec", "names", "kind"]) != gvk.kind {
            return None;
        }
        let versions = definition.at(&["spec", "versions"])?.items().iter();
        let version = versions.into_iter().find(|version| {
            version.get("name").and_then(Node::text) == Some(gvk.version.as_str())
        })?;
        Some(Self { version, schema: version.at(&["schema", "openAPIV3Schema"])? })
    }

    /// The schema of the object's top.
    #[must_use]
    pub fn schema(self) -> &'a Node {
        self.schema
    }

    /// Whether the status is written apart, so that a write of the object leaves it as it is.
    #[must_use]
    pub fn has_status_apart(self) -> bool {
        self.version.at(&["subresources", "status"]).is_some()
    }

    /// Whether any rule compares an object with what it was.
    #[must_use]
    pub fn has_transition_rules(self) -> bool {
        let mut found = false;
        self.schema.walk(&mut |node| {
            found = found || rules(node).any(|rule| rule.is_transition());
        });
        found
    }

    /// How objects of the kind are merged and defaulted.
    #[must_use]
    pub fn shape(self) -> Struct {
        shape::structure(self.schema)
    }

    /// The object as it is stored: without nulls and fields that are not known, and with defaults.
    #[must_use]
    pub fn stored(self, object: &Node) -> Node {
        shape::stored(object, self.schema, true)
    }

    /// What is wrong with an object by the schema. Metadata and status are not looked at.
    #[must_use]
    pub fn violations(self, object: &Node) -> Vec<Violation> {
        valid::violations(object, self.schema)
    }

    /// What the rules of the definition say of an object by itself, where its schema has nothing to say.
    #[must_use]
    pub fn rules_broken(self, object: &Node) -> Vec<Violation> {
        alone::violations(object, self.schema)
    }
}
