//! Artifacts that are packed of this repository and pushed to a registry.

use std::collections::BTreeMap;

use gitops_model::Tracks;
use gitops_yaml::{Entry, Node, SmolStr};

use crate::cluster::folder;
use crate::problems::Problems;
use crate::value::{Map, Spanned, spanned, text};

/// One entry of `artifacts`.
#[derive(Debug, Clone)]
pub struct ArtifactConfig {
    /// The address without a tag: `oci://registry.example/org/fleet`.
    pub url: Spanned<SmolStr>,
    /// The folder that is packed; empty for the whole repository.
    pub path: SmolStr,
    /// What is packed under a tag: a branch, a tag, or the newest tag in a range of versions.
    tags: BTreeMap<SmolStr, Tracks>,
}

impl ArtifactConfig {
    pub(crate) fn read(problems: &mut Problems, node: &Node, name: String) -> Option<Self> {
        let mut map = Map::new(problems, node, name)?;
        let url = map.required(problems, "url", spanned);
        let path = map.optional(problems, "path", folder).unwrap_or_default();
        let tags = map.named(problems, "tags", tracks);
        map.finish(problems);
        Some(Self { url: url?, path, tags })
    }

    /// What a tag is packed of: what the file says, else the repository's own tag of that name.
    #[must_use]
    pub fn tag(&self, tag: &str) -> Tracks {
        self.tags.get(tag).cloned().unwrap_or_else(|| Tracks::Tag(tag.into()))
    }
}

fn tracks(problems: &mut Problems, entry: &Entry, name: String) -> Option<Tracks> {
    let mut map = Map::new(problems, &entry.value, name)?;
    let found = [
        map.optional(problems, "branch", text).map(Tracks::Branch),
        map.optional(problems, "tag", text).map(Tracks::Tag),
        map.optional(problems, "semver", text).map(Tracks::Semver),
    ];
    let mut found = found.into_iter().flatten();
    let first = found.next();
    map.finish(problems);
    if first.is_none() || found.next().is_some() {
        problems.add(&entry.value, "say one of `branch`, `tag` and `semver`");
    }
    first
}
