//! What the sources of a cluster are, and the files that they give.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_api::flux::{ArtifactGenerator, Include, Source as View};
use gitops_config::{ArtifactConfig, Config};
use gitops_model::{
    Deployed, EntryKind, ObjectKey, Problem, ProblemKind, Resource, Source, SourceRef, Tracks, Tree,
};
use gitops_yaml::{SmolStr, Span};

use super::artifact;
use super::asked::{Asked, Question};
use super::followed::{Files, Followed};
use super::include::{Included, Mount};
use super::sourceignore::Artifact;
use super::variables::Objects;
use crate::files::clamped;
use crate::source::{Addresses, normalised};
use crate::{SourceTree, World};

/// The tag of an OCIRepository that asks for none (source-controller `api/v1/ocirepository_types.go`).
const DEFAULT_TAG: &str = "latest";

/// How many sources may stand in a row, each included in the one before.
const MAX_DEPTH: usize = 8;

/// Finds the sources of one cluster.
#[derive(Clone, Copy)]
pub(crate) struct Resolver<'w> {
    pub world: &'w World<'w>,
    /// The cluster's name.
    pub cluster: &'w str,
    /// The addresses that mean this repository.
    pub here: &'w Addresses,
    /// The source of the entry point itself.
    pub own: &'w SourceRef,
    /// The folder that is the root of that source's artifact.
    pub base: &'w SmolStr,
    /// What is asked of the outside.
    pub asked: &'w Asked,
}

impl Resolver<'_> {
    /// The source of a name. `objects` are the cluster's own.
    pub(crate) fn resolve(&self, id: &SourceRef, objects: &Objects) -> Followed {
        self.resolve_below(id, objects, 0)
    }

    /// The source of a name that as many others include or copy, each the one before.
    fn resolve_below(&self, id: &SourceRef, objects: &Objects, depth: usize) -> Followed {
        if depth > MAX_DEPTH {
            return unknown(id, format!("{id} includes itself"));
        }
        if id.kind == "ExternalArtifact" {
            return self.external_artifact(id, objects, depth);
        }
        let group = gitops_api::flux::SOURCE_GROUP;
        match objects.get(&ObjectKey::new(group, &id.kind, &id.namespace, &id.name)) {
            Some(object) => self.declared(id, object, objects, depth),
            None if id == self.own => self.assumed(id),
            None => unknown(id, format!("{id} is not in the repository")),
        }
    }

    fn declared(
        &self,
        id: &SourceRef,
        object: &Resource,
        objects: &Objects,
        depth: usize,
    ) -> Followed {
        let Some(view) = View::of(object) else {
            return unknown(id, format!("{id} is no source"));
        };
        let include = |i: Include| {
            let followed = self.resolve_below(&i.source, objects, depth + 1);
            (i, followed)
        };
        let included: Vec<_> = view.includes().into_iter().map(include).collect();
        let url = view.url();
        let mut source = Source {
            object: id.clone(),
            tracks: view.reference().tracks,
            revision: None,
            deployed: Deployed::Assumed,
            here: false,
            declared: Some(object.body.span()),
        };
        let ignore = view.ignore().and_then(|n| n.text());
        if let Some(folder) = url.and_then(|u| self.world.mapped(u)) {
            self.asked.is_made_once();
            let tree = self.world.tree.clone();
            let files = self.packed(Files::Here { tree, base: folder }, &included, ignore);
            return Followed { source, files };
        }
        let artifact = url.and_then(|u| self.artifact(u));
        let is_own = self.world.urls.is_empty() && id == self.own;
        source.here =
            is_own || artifact.is_some() || url.is_some_and(|u| self.asked.is_here(self.here, u));
        if !source.here {
            return Followed { source, files: Files::Gap(elsewhere(id, url.unwrap_or_default())) };
        }
        if let Some(artifact) = artifact {
            source.tracks = packed_of(artifact, view);
        }
        if !included.is_empty() {
            self.asked.is_made_once();
        }
        let base = match artifact {
            Some(artifact) => artifact.path.clone(),
            None if id == self.own => self.base.clone(),
            None => SmolStr::default(),
        };
        let mut followed = self.read(source, base, url, view.reference().span);
        followed.files = self.packed(followed.files, &included, ignore);
        self.watched(followed, url, ignore)
    }

    /// The entry point's own source, which the repository does not hold.
    fn assumed(&self, id: &SourceRef) -> Followed {
        let source = Source {
            object: id.clone(),
            tracks: Tracks::Branch(self.world.target_branch.unwrap_or("main").into()),
            revision: None,
            deployed: Deployed::Assumed,
            here: true,
            declared: None,
        };
        let mut followed = self.read(source, self.base.clone(), None, None);
        followed.files = self.packed(followed.files, &[], None);
        self.watched(followed, None, None)
    }

    /// `base` is the folder of the artifact's root, `asked` the line that asks for the revision.
    fn read(
        &self,
        mut source: Source,
        base: SmolStr,
        url: Option<&str>,
        asked: Option<Span>,
    ) -> Followed {
        let given = self.world.trees.tree(self.cluster, &source.object, url, &source.tracks);
        let files = match given {
            SourceTree::Here { tree, revision, deployed } => {
                (source.revision, source.deployed) = (revision, deployed);
                Files::Here { tree, base }
            }
            SourceTree::Unresolved(mut problem) => {
                problem.span = problem.span.or(asked).or(source.declared);
                Files::Broken(problem)
            }
            SourceTree::Elsewhere { why } => Files::Gap(why),
        };
        Followed { source, files }
    }

    /// The artifact that source-controller packs of some files: with what is included, without what is
    /// ignored.
    pub(crate) fn packed(
        &self,
        files: Files,
        included: &[(Include, Followed)],
        ignore: Option<&str>,
    ) -> Files {
        let Files::Here { tree, base } = files else { return files };
        let mut mounts = Vec::new();
        for (include, followed) in included {
            let (from, root) = match &followed.files {
                Files::Here { tree, base } => (tree.clone(), base),
                Files::Gap(why) => return Files::Gap(why.clone()),
                Files::Broken(problem) => return Files::Broken(problem.clone()),
            };
            let mount = Mount {
                at: clamped(&base, &include.to),
                from: clamped(root, &include.from),
                tree: from,
            };
            if let Some(problem) = wrong_include(include, &mount, tree.as_ref()) {
                return Files::Broken(problem);
            }
            mounts.push(mount);
        }
        let tree: Arc<dyn Tree> = match mounts.is_empty() {
            true => tree,
            false => Arc::new(Included { own: tree, mounts }),
        };
        let pack = || Artifact::new(tree.clone(), &base, ignore);
        Files::Here { tree: self.world.memo.artifact(&tree, &base, ignore, pack), base }
    }

    /// The same files, and a note of what is looked at among them.
    fn watched(&self, mut followed: Followed, url: Option<&str>, ignore: Option<&str>) -> Followed {
        let Files::Here { tree, base } = &mut followed.files else {
            self.asked.is_made_once();
            return followed;
        };
        let question = Question {
            source: followed.source.object.clone(),
            url: url.map(SmolStr::new),
            tracks: followed.source.tracks.clone(),
            base: base.clone(),
            ignore: ignore.map(SmolStr::new),
        };
        *tree = self.asked.watched(question, tree);
        followed
    }

    /// What the configuration says of an artifact that is packed of this repository.
    fn artifact(&self, url: &str) -> Option<&ArtifactConfig> {
        artifact_at(self.world.config, url)
    }

    fn external_artifact(&self, id: &SourceRef, objects: &Objects, depth: usize) -> Followed {
        self.asked.is_made_once();
        let generators = objects.values().filter_map(|o| ArtifactGenerator::of(o).map(|g| (o, g)));
        for (object, generator) in generators {
            let Some(made) = generator.artifacts().into_iter().find(|a| a.id == *id) else {
                continue;
            };
            let inputs: BTreeMap<SmolStr, Followed> = generator
                .sources()
                .into_iter()
                .map(|s| (s.alias, self.resolve_below(&s.source, objects, depth + 1)))
                .collect();
            let files = artifact::files(&made, &inputs);
            let first = inputs.into_values().next();
            let mut followed =
                first.unwrap_or_else(|| unknown(id, format!("{id} is made of no source")));
            followed.source.object = id.clone();
            followed.source.declared = Some(object.body.span());
            followed.files = files;
            return followed;
        }
        unknown(id, format!("{id} is not in the repository"))
    }
}

/// The artifact of this repository at an address.
pub(crate) fn artifact_at<'c>(config: &'c Config, url: &str) -> Option<&'c ArtifactConfig> {
    config.artifacts.iter().find(|a| normalised(&a.url.value) == normalised(url))
}

/// What of this repository an artifact is packed of. A digest names no commit.
fn packed_of(artifact: &ArtifactConfig, view: View<'_>) -> Tracks {
    match view.version() {
        Some(("semver", range)) => Tracks::Semver(range.into()),
        Some(("tag", tag)) => artifact.tag(tag),
        Some(_) => view.reference().tracks,
        None => artifact.tag(DEFAULT_TAG),
    }
}

/// Why the files of an address are not at hand.
fn elsewhere(id: &SourceRef, address: &str) -> String {
    let if_it_is = match id.kind.as_str() {
        "GitRepository" => "if it is, name it under `repoAliases`",
        _ => "if it is packed of it, say so under `artifacts`",
    };
    format!(
        "{id} reads `{address}`, which is not this repository; {if_it_is}, else map it to a folder with `repoMap`"
    )
}

/// Why a folder cannot be included: it is not there, or something stands in its place.
fn wrong_include(include: &Include, mount: &Mount, own: &dyn Tree) -> Option<Problem> {
    let message = if mount.tree.kind(&mount.from) != Some(EntryKind::Directory) {
        format!("the folder `{}` does not exist in {}", include.from, include.source)
    } else if !own.list(&mount.at).is_empty() || own.kind(&mount.at) == Some(EntryKind::File) {
        format!("`{}` stands already where {} would be put", include.to, include.source)
    } else {
        return None;
    };
    let help = "the source fails until then, and the cluster keeps what it has";
    Some(Problem::new(ProblemKind::Discovery, message, Some(include.span)).help(help))
}

fn unknown(id: &SourceRef, why: String) -> Followed {
    let source = Source {
        object: id.clone(),
        tracks: Tracks::External(SmolStr::default()),
        revision: None,
        deployed: Deployed::Assumed,
        here: false,
        declared: None,
    };
    Followed { source, files: Files::Gap(why) }
}
