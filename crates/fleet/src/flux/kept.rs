//! Walks that are used again. A walk looks at files, at what its sources give and at which addresses mean
//! this repository; where all of that is the same, so is the walk: for the other state of the repository,
//! and once it is known what the cluster is called.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use gitops_config::FluxVersion;
use gitops_model::Resource;
use gitops_yaml::SmolStr;

use super::asked::{Asked, Question, lock};
use super::cluster::Walk;
use super::definition::Definition;
use super::entry::Entry;
use super::followed::Files;
use super::sources::Resolver;
use super::variables::Variable;
use crate::SourceTree;

/// What a walk depends on beside what it asks.
#[derive(PartialEq, Eq)]
struct Start {
    root: Definition,
    seeds: Arc<[Arc<Resource>]>,
    base: SmolStr,
    version: Option<FluxVersion>,
    configured: Vec<(SmolStr, Variable)>,
}

/// All walks of one run, by the folder at which they start.
#[derive(Default)]
pub(crate) struct Walks(Mutex<HashMap<SmolStr, Vec<Arc<Kept>>>>);

struct Kept {
    start: Start,
    asked: Asked,
    walk: Walk,
}

impl Walks {
    /// An earlier walk from an entry, if it would come out the same now; else one that `make` makes, which
    /// asks through the [`Asked`] that it is given.
    pub(crate) fn walk(
        &self,
        entry: &Entry,
        configured: &[(SmolStr, Variable)],
        resolver: &Resolver,
        make: impl FnOnce(&Asked) -> Walk,
    ) -> Walk {
        let start = Start {
            root: entry.root.clone(),
            seeds: entry.seeds.clone(),
            base: entry.base.clone(),
            version: entry.version,
            configured: configured.to_vec(),
        };
        let defers = resolver.world.defers(resolver.cluster);
        let known = lock(&self.0).get(&entry.path).cloned().unwrap_or_default();
        let serves = |kept: &&Arc<Kept>| kept.start == start && (defers || !kept.walk.defers());
        let same = known.iter().filter(serves);
        if let Some(walk) = same.filter_map(|kept| kept.again(resolver)).next() {
            return walk;
        }
        let asked = Asked::default();
        let mut walk = make(&asked);
        walk.asks_for_addresses = !lock(&asked.here).is_empty();
        let kept = Kept { start, asked, walk: walk.clone() };
        lock(&self.0).entry(entry.path.clone()).or_default().push(Arc::new(kept));
        walk
    }
}

impl Kept {
    /// The walk, if every question is answered as before. The commits of its sources are those of now.
    fn again(&self, resolver: &Resolver) -> Option<Walk> {
        let here = lock(&self.asked.here);
        if *lock(&self.asked.once)
            || here.iter().any(|(url, is)| resolver.here.contains(url) != *is)
        {
            return None;
        }
        let mut walk = self.walk.clone();
        for (question, answer) in lock(&self.asked.sources).iter() {
            let SourceTree::Here { tree, revision, deployed } = ask(question, resolver) else {
                return None;
            };
            let files = Files::Here { tree, base: question.base.clone() };
            let Files::Here { tree, .. } = resolver.packed(files, &[], question.ignore.as_deref())
            else {
                return None;
            };
            if !answer.holds_in(&tree) {
                return None;
            }
            let Some(followed) = walk.sources.get(&question.source) else { continue };
            let known = (&followed.source.revision, followed.source.deployed);
            if known == (&revision, deployed) && Arc::ptr_eq(&answer.tree, &tree) {
                continue;
            }
            if let Some(followed) = Arc::make_mut(&mut walk.sources).get_mut(&question.source) {
                (followed.source.revision, followed.source.deployed) = (revision, deployed);
                followed.files = Files::Here { tree, base: question.base.clone() };
            }
        }
        Some(walk)
    }
}

fn ask(question: &Question, resolver: &Resolver) -> SourceTree {
    let Question { source, url, tracks, .. } = question;
    resolver.world.trees.tree(resolver.cluster, source, url.as_deref(), tracks)
}
