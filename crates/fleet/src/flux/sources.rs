//! What the sources of a cluster are, and the files that they give.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_api::flux::{ArtifactGenerator, Source as View};
use gitops_model::{Deployed, ObjectKey, Problem, Resource, Source, SourceRef, Tracks, Tree};
use gitops_yaml::SmolStr;

use super::artifact;
use super::sourceignore::Artifact;
use super::variables::Objects;
use crate::source::{Addresses, normalised};
use crate::{SourceTree, World};

/// A source and its files.
#[derive(Clone)]
pub(crate) struct Followed {
    /// The source.
    pub source: Source,
    /// Its files.
    pub files: Files,
}

/// The files of a source.
#[derive(Clone)]
pub(crate) enum Files {
    /// These, the artifact's root standing at `base`.
    Here { tree: Arc<dyn Tree>, base: SmolStr },
    /// None at hand, and why.
    Gap(String),
    /// They should be at hand.
    Broken(Problem),
}

/// Finds the sources of one cluster.
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
}

impl Resolver<'_> {
    /// The source of a name. `objects` are the cluster's own.
    pub(crate) fn resolve(&self, id: &SourceRef, objects: &Objects) -> Followed {
        if id.kind == "ExternalArtifact" {
            return self.external_artifact(id, objects);
        }
        let group = gitops_api::flux::SOURCE_GROUP;
        match objects.get(&ObjectKey::new(group, &id.kind, &id.namespace, &id.name)) {
            Some(object) => self.declared(id, object),
            None if id == self.own => self.assumed(id),
            None => unknown(id, format!("{id} is not in the repository")),
        }
    }

    fn declared(&self, id: &SourceRef, object: &Resource) -> Followed {
        let Some(view) = View::of(object) else {
            return unknown(id, format!("{id} is no source"));
        };
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
        if let Some(folder) = url.and_then(|u| self.mapped(u)) {
            let tree = self.artifact(self.world.tree.clone(), &folder, ignore);
            let files = Files::Here { tree, base: folder };
            return Followed { source, files };
        }
        let is_own = self.world.urls.is_empty() && id == self.own;
        source.here = is_own || url.is_some_and(|u| self.here.contains(u));
        if !source.here {
            let address = url.unwrap_or_default();
            let why = format!(
                "{id} reads `{address}`, which is not this repository; if it is, name it under `repoAliases`, else map it to a folder with `repoMap`"
            );
            return Followed { source, files: Files::Gap(why) };
        }
        self.read(source, url, ignore)
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
        self.read(source, None, None)
    }

    fn read(&self, mut source: Source, url: Option<&str>, ignore: Option<&str>) -> Followed {
        let given = self.world.trees.tree(self.cluster, &source.object, url, &source.tracks);
        let files = match given {
            SourceTree::Here { tree, revision, deployed } => {
                (source.revision, source.deployed) = (revision, deployed);
                let base = if source.object == *self.own { self.base.clone() } else { "".into() };
                Files::Here { tree: self.artifact(tree, &base, ignore), base }
            }
            SourceTree::Elsewhere { why } => Files::Gap(why),
            SourceTree::Unresolved(mut problem) => {
                problem.span = problem.span.or(source.declared);
                Files::Broken(problem)
            }
        };
        Followed { source, files }
    }

    fn artifact(&self, tree: Arc<dyn Tree>, base: &str, ignore: Option<&str>) -> Arc<dyn Tree> {
        self.world.memo.artifact(&tree, base, ignore, || Artifact::new(tree.clone(), base, ignore))
    }

    /// The folder that the configuration names for an address.
    fn mapped(&self, url: &str) -> Option<SmolStr> {
        let map = &self.world.config.repo_map;
        let (_, folder) = map.iter().find(|(from, _)| normalised(from) == normalised(url))?;
        Some(crate::files::clamped("", folder).into())
    }

    fn external_artifact(&self, id: &SourceRef, objects: &Objects) -> Followed {
        let generators = objects.values().filter_map(|o| ArtifactGenerator::of(o).map(|g| (o, g)));
        for (object, generator) in generators {
            let Some(made) = generator.artifacts().into_iter().find(|a| a.id == *id) else {
                continue;
            };
            let inputs: BTreeMap<SmolStr, Followed> = generator
                .sources()
                .into_iter()
                .filter(|s| s.source.kind != "ExternalArtifact")
                .map(|s| (s.alias, self.resolve(&s.source, objects)))
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
