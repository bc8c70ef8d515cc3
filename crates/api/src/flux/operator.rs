//! `FluxInstance` and `ResourceSet` of the Flux Operator.

use gitops_model::Resource;
use gitops_yaml::{Node, SmolStr};

use super::groups::OPERATOR_GROUP;
use crate::fields::{field, flag, items, namespace, spec, text};

/// The installation of Flux on a cluster, and what it follows.
#[derive(Debug, Clone, Copy)]
pub struct FluxInstance<'a>(&'a Resource);

/// What a FluxInstance follows.
#[derive(Debug, Clone, Copy)]
pub struct Sync<'a>(&'a Node);

/// Provides inputs to ResourceSets.
#[derive(Debug, Clone, Copy)]
pub struct InputProvider<'a>(&'a Resource);

/// A template of objects with its inputs.
#[derive(Debug, Clone, Copy)]
pub struct ResourceSet<'a>(&'a Resource);

impl<'a> FluxInstance<'a> {
    /// The object as a FluxInstance, if it is one.
    #[must_use]
    pub fn of(object: &'a Resource) -> Option<Self> {
        object.gvk.is(OPERATOR_GROUP, "FluxInstance").then_some(Self(object))
    }

    /// The object.
    #[must_use]
    pub fn object(self) -> &'a Resource {
        self.0
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(self) -> SmolStr {
        namespace(self.0)
    }

    /// What it follows.
    #[must_use]
    pub fn sync(self) -> Option<Sync<'a>> {
        Sync::of(spec(self.0, &["sync"])?)
    }

    /// The patches of the objects that it makes.
    #[must_use]
    pub fn patches(self) -> &'a [Node] {
        items(self.0, &["kustomize", "patches"])
    }
}

impl<'a> Sync<'a> {
    /// Reads `spec.sync`, or `instance.sync` of the values of the flux-instance chart.
    #[must_use]
    pub fn of(node: &'a Node) -> Option<Self> {
        (field(node, "url").is_some() && node.get("path").is_some()).then_some(Self(node))
    }

    /// The node itself.
    #[must_use]
    pub fn node(self) -> &'a Node {
        self.0
    }

    /// A field's node.
    #[must_use]
    pub fn get(self, key: &str) -> Option<&'a Node> {
        self.0.get(key).filter(|n| !n.is_null())
    }

    /// A field's text.
    #[must_use]
    pub fn text(self, key: &str) -> Option<&'a str> {
        field(self.0, key)
    }

    /// The kind of source: `GitRepository` where it names none.
    #[must_use]
    pub fn kind(self) -> &'a str {
        self.text("kind").unwrap_or("GitRepository")
    }
}

impl<'a> InputProvider<'a> {
    /// The object as a provider of inputs, if it is one.
    #[must_use]
    pub fn of(object: &'a Resource) -> Option<Self> {
        object.gvk.is(OPERATOR_GROUP, "ResourceSetInputProvider").then_some(Self(object))
    }

    /// `Static`, or the service that it asks.
    #[must_use]
    pub fn kind(self) -> &'a str {
        text(self.0, &["type"]).unwrap_or_default()
    }

    /// The inputs that are written out; all of them, where it is static.
    #[must_use]
    pub fn defaults(self) -> Node {
        let written = spec(self.0, &["defaultValues"]).cloned();
        written.unwrap_or_else(|| Node::map(Vec::new(), self.0.body.origin.clone()))
    }
}

impl<'a> ResourceSet<'a> {
    /// The object as a ResourceSet, if it is one.
    #[must_use]
    pub fn of(object: &'a Resource) -> Option<Self> {
        object.gvk.is(OPERATOR_GROUP, "ResourceSet").then_some(Self(object))
    }

    /// The object.
    #[must_use]
    pub fn object(self) -> &'a Resource {
        self.0
    }

    /// Its inputs, written out.
    #[must_use]
    pub fn inputs(self) -> &'a [Node] {
        items(self.0, &["inputs"])
    }

    /// Objects on the cluster that provide further inputs.
    #[must_use]
    pub fn inputs_from(self) -> &'a [Node] {
        items(self.0, &["inputsFrom"])
    }

    /// How several inputs are combined: `Flatten` (default) or `Permute`.
    #[must_use]
    pub fn strategy(self) -> &'a str {
        text(self.0, &["inputStrategy", "name"]).unwrap_or("Flatten")
    }

    /// Whether providers without inputs leave `Permute` with no combination at all.
    #[must_use]
    pub fn includes_empty_providers(self) -> bool {
        flag(self.0, &["inputStrategy", "includeEmptyProviders"])
    }

    /// Whether some template reads an input of that name.
    #[must_use]
    pub fn reads(self, input: &str) -> bool {
        let name = format!("inputs.{input}");
        let reads = |text: &str| {
            text.match_indices(&name).any(|(at, _)| {
                let behind = text[at + name.len()..].chars().next();
                !behind.is_some_and(|c| c.is_alphanumeric() || c == '_')
            })
        };
        let mut found = false;
        for (resources, text) in self.templates() {
            for node in resources.iter().chain(text) {
                node.walk(&mut |n| found |= n.text().is_some_and(reads));
            }
        }
        found
    }

    /// The templates, in the order of their steps: objects with expressions in their strings, and the
    /// template of a whole YAML stream.
    #[must_use]
    pub fn templates(self) -> Vec<(&'a [Node], Option<&'a Node>)> {
        let steps = items(self.0, &["steps"]);
        let list = |step: &'a Node| step.get("resources").map(Node::items).unwrap_or_default();
        let of_step = |step: &'a Node| (list(step), step.get("resourcesTemplate"));
        let own = (items(self.0, &["resources"]), spec(self.0, &["resourcesTemplate"]));
        std::iter::once(own).chain(steps.iter().map(of_step)).collect()
    }
}
