//! One source of an Application.

use gitops_model::Tracks;
use gitops_yaml::{Entry, Node, ScalarKind, Value};

use crate::fields::field;

/// Where an Application's objects come from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a>(&'a Node);

/// What makes objects of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tool {
    /// A chart.
    Helm,
    /// A kustomization.
    Kustomize,
    /// Plain files.
    Directory,
    /// A config management plugin.
    Plugin,
}

impl Tool {
    /// The field of a source that holds the tool's options.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Helm => "helm",
            Self::Kustomize => "kustomize",
            Self::Directory => "directory",
            Self::Plugin => "plugin",
        }
    }

    const ALL: [Self; 4] = [Self::Kustomize, Self::Helm, Self::Directory, Self::Plugin];
}

impl<'a> Source<'a> {
    /// Views an entry of `sources`.
    #[must_use]
    pub fn of(node: &'a Node) -> Self {
        Self(node)
    }

    /// The entry itself.
    #[must_use]
    pub fn node(&self) -> &'a Node {
        self.0
    }

    /// The address of the repository.
    #[must_use]
    pub fn repo_url(&self) -> &'a str {
        field(self.0, "repoURL").unwrap_or_default()
    }

    /// The folder in it, as written.
    #[must_use]
    pub fn path(&self) -> Option<&'a str> {
        field(self.0, "path")
    }

    /// The chart's name, if it comes from a chart registry.
    #[must_use]
    pub fn chart(&self) -> Option<&'a str> {
        field(self.0, "chart")
    }

    /// The name under which other sources read its files.
    #[must_use]
    pub fn reference(&self) -> Option<&'a str> {
        field(self.0, "ref")
    }

    /// The revision, as written.
    #[must_use]
    pub fn target_revision(&self) -> &'a str {
        field(self.0, "targetRevision").unwrap_or_default()
    }

    /// What it follows: a range of versions comes first, then a version, a commit, and else a branch.
    /// `HEAD` and nothing are the repository's default branch, named `head`.
    #[must_use]
    pub fn tracks(&self, head: &str) -> Tracks {
        let revision = self.target_revision();
        if self.chart().is_some() {
            return Tracks::External(revision.into());
        }
        let version = revision.strip_prefix(['v', 'V']).unwrap_or(revision);
        let is_version = version.starts_with(|c: char| c.is_ascii_digit())
            && version.split(['-', '+']).next().is_some_and(|core| {
                core.split('.').count() <= 3 && core.split('.').all(|n| n.parse::<u64>().is_ok())
            });
        match revision {
            "" | "HEAD" => Tracks::Branch(head.into()),
            r if r.len() == 40 && r.bytes().all(|b| b.is_ascii_hexdigit()) => {
                Tracks::Commit(r.into())
            }
            r if r.starts_with("refs/heads/") => Tracks::Branch(r["refs/heads/".len()..].into()),
            r if r.starts_with("refs/tags/") => Tracks::Tag(r["refs/tags/".len()..].into()),
            r if is_version => Tracks::Tag(r.into()),
            r if is_range(r) => Tracks::Semver(r.into()),
            r => Tracks::Branch(r.into()),
        }
    }

    /// The options of a tool, if they say anything: empty maps and false flags do not.
    #[must_use]
    pub fn options(&self, tool: Tool) -> Option<&'a Node> {
        let options = self.0.get(tool.field())?;
        let says_something = |e: &Entry| !says_nothing(&e.value);
        options.entries().iter().any(says_something).then_some(options)
    }

    /// The tools whose options are there, even if they are empty; more than one is an error.
    #[must_use]
    pub fn tools(&self) -> Vec<Tool> {
        let is_there = |tool: &Tool| self.0.get(tool.field()).is_some_and(|n| n.as_map().is_some());
        Tool::ALL.into_iter().filter(is_there).collect()
    }

    /// The source without options that say nothing, as the controller writes back an only `source` and none of
    /// `sources` (`NormalizeApplicationSpec`). Empty options of a plugin say that it is one.
    #[must_use]
    pub fn normalized(&self) -> Node {
        let mut node = self.0.clone();
        let counts = |e: &Entry| !UNCOUNTED.contains(&&*e.key) && !says_nothing(&e.value);
        let is_empty =
            |tool: &Tool| !self.0.get(tool.field()).is_some_and(|o| o.entries().iter().any(counts));
        for tool in [Tool::Kustomize, Tool::Helm, Tool::Directory].iter().filter(|t| is_empty(t)) {
            node.remove(tool.field());
        }
        node
    }
}

/// Options of kustomize that do not make it the tool by themselves (`ApplicationSourceKustomize.IsZero`).
const UNCOUNTED: [&str; 5] = [
    "commonAnnotationsEnvsubst",
    "forceCommonAnnotations",
    "forceCommonLabels",
    "labelIncludeTemplates",
    "labelWithoutSelector",
];

/// Whether a revision reads as a range of versions: `1.x`, `>=2.0`, `*`.
fn is_range(revision: &str) -> bool {
    let part = |p: &str| {
        let p = p.trim().trim_start_matches(['>', '<', '=', '~', '^', '!', ' ']);
        let p = p.strip_prefix('v').unwrap_or(p);
        let core = p.split(['-', '+']).next().unwrap_or_default();
        !core.is_empty()
            && core.split('.').all(|n| matches!(n, "x" | "X" | "*") || n.parse::<u64>().is_ok())
    };
    revision.contains(['x', 'X', '*', '>', '<', '~', '^', '='])
        && revision.split("||").flat_map(|r| r.split(',')).flat_map(|r| r.split(" - ")).all(part)
}

/// Whether a value is what Go leaves out of JSON. A map of texts says something, whatever the texts.
fn says_nothing(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(s) => match s.kind {
            ScalarKind::Null => true,
            ScalarKind::Str => s.text.is_empty(),
            _ => matches!(s.text.as_str(), "false" | "0"),
        },
        Value::Seq(items) => items.is_empty(),
        Value::Map(entries) => {
            let is_text = |n: &Node| n.as_str().is_some_and(str::is_empty);
            entries.iter().all(|e| says_nothing(&e.value) && !is_text(&e.value))
        }
    }
}
