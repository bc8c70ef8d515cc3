//! `ArtifactGenerator` of source-watcher.

use gitops_model::{Resource, SourceRef};
use gitops_yaml::{Node, SmolStr, Span};

use super::groups::SOURCE_EXTENSIONS_GROUP;
use crate::fields::{field, items, namespace, source_ref};

/// Makes `ExternalArtifact` sources out of the files of others.
#[derive(Debug, Clone, Copy)]
pub struct ArtifactGenerator<'a>(&'a Resource);

/// A source under the name that copies use for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactSource {
    /// The name before the first `/` of a copy's `from`, without `@`.
    pub alias: SmolStr,
    /// The source.
    pub source: SourceRef,
}

/// One artifact: the source `ExternalArtifact <namespace>/<name>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its name.
    pub id: SourceRef,
    /// What is copied into it, in order.
    pub copies: Vec<Copy>,
    /// Where it is declared.
    pub span: Span,
}

/// One copy into an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// `@alias/pattern`.
    pub from: SmolStr,
    /// `@artifact/path`.
    pub to: SmolStr,
    /// Patterns of files left out.
    pub exclude: Vec<SmolStr>,
    /// `Overwrite` (default), `Merge` or `Extract`.
    pub strategy: SmolStr,
    /// Where it is declared.
    pub span: Span,
}

impl<'a> ArtifactGenerator<'a> {
    /// The object as an ArtifactGenerator, if it is one.
    #[must_use]
    pub fn of(object: &'a Resource) -> Option<Self> {
        object.gvk.is(SOURCE_EXTENSIONS_GROUP, "ArtifactGenerator").then_some(Self(object))
    }

    /// The sources that it reads.
    #[must_use]
    pub fn sources(self) -> Vec<ArtifactSource> {
        let read = |n: &Node| {
            let alias = field(n, "alias")?.into();
            Some(ArtifactSource { alias, source: source_ref(self.0, n)? })
        };
        items(self.0, &["sources"]).iter().filter_map(read).collect()
    }

    /// The artifacts that it makes.
    #[must_use]
    pub fn artifacts(self) -> Vec<Artifact> {
        let read = |n: &Node| {
            let id = SourceRef {
                kind: "ExternalArtifact".into(),
                namespace: namespace(self.0),
                name: field(n, "name")?.into(),
            };
            let copies = n.get("copy").map(Node::items).unwrap_or_default();
            let copies = copies.iter().filter_map(Copy::of).collect();
            Some(Artifact { id, copies, span: n.span() })
        };
        items(self.0, &["artifacts"]).iter().filter_map(read).collect()
    }
}

impl Copy {
    fn of(node: &Node) -> Option<Self> {
        let exclude = node.get("exclude").map(Node::items).unwrap_or_default();
        Some(Self {
            from: field(node, "from")?.into(),
            to: field(node, "to")?.into(),
            exclude: exclude.iter().filter_map(Node::text).map(Into::into).collect(),
            strategy: field(node, "strategy").unwrap_or("Overwrite").into(),
            span: node.span(),
        })
    }
}
