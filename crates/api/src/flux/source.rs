//! The kinds of source-controller.

use gitops_model::{Resource, SourceRef, Tracks};
use gitops_yaml::{Node, SmolStr, Span};

use super::groups::SOURCE_GROUP;
use crate::fields::{field, flag, items, namespace, spec, text};

/// A `GitRepository`, `OCIRepository`, `Bucket`, `HelmRepository` or `HelmChart`.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a>(&'a Resource);

/// A folder of another source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// The source.
    pub source: SourceRef,
    /// The folder in it; empty for all of it.
    pub from: SmolStr,
    /// Where it is put.
    pub to: SmolStr,
    /// Where it is declared.
    pub span: Span,
}

/// What `spec.ref` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The revision.
    pub tracks: Tracks,
    /// The field that decides; absent where the default does.
    pub span: Option<Span>,
    /// Fields that are set and have no effect beside it.
    pub ignored: Vec<(&'static str, Span)>,
}

/// The fields of a Git reference, the one that decides first. The documentation puts `semver` before
/// `tag`; the code of source-controller does not (fluxcd/pkg, git/gogit/client.go, `Clone`).
const GIT_PRECEDENCE: [&str; 5] = ["commit", "name", "tag", "semver", "branch"];

/// What a Git source follows that names no reference (fluxcd/pkg, git/repository, `DefaultBranch`).
const DEFAULT_BRANCH: &str = "master";

impl<'a> Source<'a> {
    /// The object as a source, if it is one.
    #[must_use]
    pub fn of(object: &'a Resource) -> Option<Self> {
        (object.gvk.group == SOURCE_GROUP).then_some(Self(object))
    }

    /// The object.
    #[must_use]
    pub fn object(self) -> &'a Resource {
        self.0
    }

    /// The name by which others refer to it.
    #[must_use]
    pub fn id(self) -> SourceRef {
        SourceRef {
            kind: self.0.gvk.kind.clone(),
            namespace: namespace(self.0),
            name: self.0.key.name.clone(),
        }
    }

    /// Its address; the endpoint of a bucket.
    #[must_use]
    pub fn url(self) -> Option<&'a str> {
        text(self.0, &["url"]).or_else(|| text(self.0, &["endpoint"]))
    }

    /// The lines of `spec.ignore`.
    #[must_use]
    pub fn ignore(self) -> Option<&'a Node> {
        spec(self.0, &["ignore"])
    }

    /// Folders of other GitRepositories that are put into this one's.
    #[must_use]
    pub fn includes(self) -> Vec<Include> {
        let read = |n: &Node| {
            let name = field(n.get("repository")?, "name")?;
            let kind = "GitRepository".into();
            Some(Include {
                source: SourceRef { kind, namespace: namespace(self.0), name: name.into() },
                from: field(n, "fromPath").unwrap_or_default().into(),
                to: field(n, "toPath").unwrap_or(name).into(),
                span: n.span(),
            })
        };
        items(self.0, &["include"]).iter().filter_map(read).collect()
    }

    /// The field of `spec.ref` that counts for a source outside Git, and its text: `digest` before `semver`
    /// before `tag` (source-controller `api/v1/ocirepository_types.go`).
    #[must_use]
    pub fn version(self) -> Option<(&'static str, &'a str)> {
        ["digest", "semver", "tag"].into_iter().find_map(|f| Some((f, text(self.0, &["ref", f])?)))
    }

    /// Whether it is switched off.
    #[must_use]
    pub fn suspended(self) -> bool {
        flag(self.0, &["suspend"])
    }

    /// The revision that it asks for.
    #[must_use]
    pub fn reference(self) -> Reference {
        let Some(fields) = spec(self.0, &["ref"]) else { return self.without_reference() };
        if self.0.gvk.kind != "GitRepository" {
            return self.without_reference();
        }
        let mut set = GIT_PRECEDENCE
            .iter()
            .filter_map(|f| field(fields, f).map(|text| (*f, text, fields.get(f).map(Node::span))));
        let Some((name, text, span)) = set.next() else { return self.without_reference() };
        let ignored = set.filter_map(|(f, _, span)| Some((f, span?))).collect();
        Reference { tracks: git_reference(name, text), span, ignored }
    }

    fn without_reference(self) -> Reference {
        let tracks = if self.0.gvk.kind == "GitRepository" {
            Tracks::Branch(DEFAULT_BRANCH.into())
        } else {
            Tracks::External(self.external())
        };
        Reference { tracks, span: spec(self.0, &["ref"]).map(Node::span), ignored: Vec::new() }
    }

    /// The address and the version that a source outside Git asks for.
    fn external(self) -> gitops_yaml::SmolStr {
        let url = self.url().unwrap_or_default();
        let bucket = text(self.0, &["bucketName"]).map(|b| format!("/{b}"));
        let version = self.version().map(|(_, v)| format!(":{v}"));
        format!("{url}{}{}", bucket.unwrap_or_default(), version.unwrap_or_default()).into()
    }
}

/// What one field of a Git reference means. `name` is a full reference, such as `refs/heads/main`.
fn git_reference(field: &str, text: &str) -> Tracks {
    match (field, text.strip_prefix("refs/heads/"), text.strip_prefix("refs/tags/")) {
        ("commit", _, _) => Tracks::Commit(text.into()),
        ("name", Some(branch), _) => Tracks::Branch(branch.into()),
        ("name", _, Some(tag)) => Tracks::Tag(tag.into()),
        ("tag", _, _) => Tracks::Tag(text.into()),
        ("semver", _, _) => Tracks::Semver(text.into()),
        _ => Tracks::Branch(text.into()),
    }
}
