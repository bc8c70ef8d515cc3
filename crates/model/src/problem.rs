//! What goes wrong on the way to a rendered object. `rules` gives a problem its id and page.

use gitops_yaml::{ContentId, ParseError, SmolStr, Span};

use crate::{Gvk, ObjectKey, Resource};

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// A file is no YAML, or passes a limit.
    Parse,
    /// A root cannot be rendered.
    Render,
    /// The configuration file is wrong.
    Config,
    /// An object that points somewhere points nowhere, or in a circle.
    Discovery,
    /// A revision is not in the clone.
    Revision,
    /// A variable or expression cannot be substituted.
    Substitution,
    /// Something that works and is going to be taken away.
    Deprecated,
    /// Two `$` of which substitution leaves one.
    Dollars,
    /// The change edits the configuration by which it is judged.
    Configuration,
    /// A manifest changes that nothing applies.
    Unlisted,
    /// An object leaves the repository that nothing in it applies.
    NotApplied,
    /// The folder from which a cluster starts is gone.
    Abandoned,
}

impl ProblemKind {
    /// Whether everything works all the same.
    #[must_use]
    pub fn is_harmless(self) -> bool {
        matches!(
            self,
            Self::Deprecated
                | Self::Dollars
                | Self::Configuration
                | Self::Unlisted
                | Self::NotApplied
                | Self::Abandoned
        )
    }
}

/// Something wrong in what the user wrote, with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which kind.
    pub kind: ProblemKind,
    /// What is wrong and why; lower case, names in backticks.
    pub message: String,
    /// Where; absent only where no file is at fault.
    pub span: Option<Span>,
    /// Other places that matter, each with a remark.
    pub related: Vec<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
    /// The kustomization root or unit that is affected, as a path or name.
    pub root: Option<Box<str>>,
    /// The object that it is about, where it is about one.
    pub object: Option<Box<(Gvk, ObjectKey)>>,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn new(kind: ProblemKind, message: impl Into<String>, span: Option<Span>) -> Self {
        let (related, help, root, object) = Default::default();
        Self { kind, message: message.into(), span, related, help, root, object }
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With another place that matters.
    #[must_use]
    pub fn related(mut self, span: Span, remark: impl Into<String>) -> Self {
        self.related.push((span, remark.into()));
        self
    }

    /// About an object.
    #[must_use]
    pub fn on(mut self, object: &Resource) -> Self {
        self.object = Some(Box::new((object.gvk.clone(), object.key.clone())));
        self
    }

    /// With the root that is affected.
    #[must_use]
    pub fn of(mut self, root: impl Into<String>) -> Self {
        self.root = Some(root.into().into_boxed_str());
        self
    }
}

impl From<&ParseError> for Problem {
    fn from(error: &ParseError) -> Self {
        let problem = Self::new(ProblemKind::Parse, error.message.clone(), Some(error.span));
        match &error.first {
            Some(first) => problem.related(first.key_span, "it stands here first"),
            None => problem,
        }
    }
}

/// Something that could not be analysed, said aloud. It holds a wave only where its inputs changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchecked {
    /// What: `HelmRelease media/plex`.
    pub what: String,
    /// Why not: `the chart is not in the repository`.
    pub why: String,
    /// Whether its inputs differ between the two states.
    pub changed: bool,
    /// Where it is declared.
    pub span: Option<Span>,
    /// The files that it is made of, as far as they stand in the repository, sorted: where one of them differs, so may
    /// it.
    pub files: Vec<(SmolStr, ContentId)>,
}

impl Unchecked {
    /// Something that is made of no files at hand.
    #[must_use]
    pub fn new(what: impl Into<String>, why: impl Into<String>, span: Option<Span>) -> Self {
        Self { what: what.into(), why: why.into(), changed: false, span, files: Vec::new() }
    }
}
