//! The two states of a comparison, and which of them each source of a cluster is given.

mod deployed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gitops_fleet::{SourceTree, SourceTrees};
use gitops_model::{
    ClusterState, Deployed, Problem, ProblemKind, Repository, Revision, SourceRef, Tracks, Tree,
};

use self::deployed::Override;
use crate::cli::Comparison;
use crate::exit::{Stop, io};
use crate::git::Git;
use crate::tree::{DirectoryTree, Mounted, RepoMap};

/// Two states of one repository.
pub(crate) struct States {
    /// Before the change.
    pub(crate) base: Arc<dyn Tree>,
    /// With the change.
    pub(crate) head: Arc<dyn Tree>,
    base_revision: Option<Revision>,
    head_revision: Option<Revision>,
    /// The branch that the change is merged to; without one, every source gets the change at once.
    target: Option<String>,
    git: Option<Git>,
    /// The folders on disk that the states are, or are of.
    tops: Vec<PathBuf>,
    overrides: Vec<Override>,
    trees: Mutex<BTreeMap<Revision, Listed>>,
}

/// The files of a commit, or what to fetch to have them.
type Listed = Result<Arc<dyn Tree>, String>;

/// A moment in the life of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Before the merge.
    Before,
    /// On merge: sources that follow the target branch have the change.
    Merged,
    /// After the next promotion: every source of this repository has it.
    Promoted,
    /// After a promotion without the change: what waits already.
    Overdue,
}

impl States {
    /// Whether a revision holds another one: nothing is missing where there is no history to ask.
    pub(crate) fn holds(&self, older: &Revision, newer: &Revision) -> bool {
        older == newer || self.git.as_ref().is_none_or(|git| git.is_ancestor(older, newer))
    }

    /// The states that the arguments of `diff` and `plan` name.
    pub(crate) fn of(args: &Comparison) -> Result<Self, Stop> {
        match (&args.from, &args.to) {
            (Some(from), Some(to)) => Self::folders(from, to, args.target_branch.clone()),
            _ => Self::revisions(args),
        }
    }

    /// One state, for commands that compare nothing: the repository around the current folder, or the
    /// folder named. A folder inside a clone stands for itself, without the clone's history.
    pub(crate) fn single(named: Option<&Path>) -> Result<Self, Stop> {
        let folder = named.unwrap_or(Path::new("."));
        let folder = folder.canonicalize().map_err(io(folder))?;
        let git = Git::find(&folder)?.filter(|git| named.is_none() || git.top() == folder);
        let Some(git) = git else {
            let tree: Arc<dyn Tree> = Arc::new(DirectoryTree::open(&folder).map_err(io(&folder))?);
            return Ok(Self { tops: vec![folder], ..Self::new(tree.clone(), tree, None) });
        };
        let tree = git.work_tree()?;
        let target = git.default_branch();
        Ok(Self { target, ..Self::new(tree.clone(), tree, Some(git)) })
    }

    fn new(base: Arc<dyn Tree>, head: Arc<dyn Tree>, git: Option<Git>) -> Self {
        let (base_revision, head_revision, target) = (None, None, None);
        let (overrides, trees) = (Vec::new(), Mutex::default());
        let tops = git.iter().filter_map(|git| git.top().canonicalize().ok()).collect();
        Self { base, head, base_revision, head_revision, target, git, tops, overrides, trees }
    }

    fn folders(from: &Path, to: &Path, target: Option<String>) -> Result<Self, Stop> {
        let open = |path: &Path| match path.is_file() {
            true => crate::tree::SingleFile::open(path).map(|t| Arc::new(t) as Arc<dyn Tree>),
            false => DirectoryTree::open(path).map(|t| Arc::new(t) as Arc<dyn Tree>),
        };
        let (base, head) = (open(from).map_err(io(from))?, open(to).map_err(io(to))?);
        let tops = [from, to].into_iter().filter_map(|path| path.canonicalize().ok()).collect();
        Ok(Self { target, tops, ..Self::new(base, head, None) })
    }

    fn revisions(args: &Comparison) -> Result<Self, Stop> {
        let here = Path::new(".");
        let git = Git::find(here)?.ok_or_else(|| {
            Stop::new("this is no git repository; go into one, or name two folders with `--from` and `--to`")
        })?;
        let target = match (&args.target_branch, &args.base) {
            (Some(branch), _) => Some(known(&git, branch)?),
            (None, Some(base)) => {
                git.branch_named(base).map(str::to_owned).or_else(|| git.default_branch())
            }
            (None, None) => git.default_branch(),
        };
        let resolve = |name: &str| git.resolve(name).map_err(Stop::new);
        let tree = |revision: &Revision| git.tree(revision).map_err(Stop::new);
        let (base, base_revision, head, head_revision) = if args.staged {
            let revision = resolve("HEAD")?;
            (tree(&revision)?, Some(revision), git.index()?, None)
        } else if let Some(base) = &args.base {
            let base = resolve(base)?;
            match &args.head {
                Some(head) => {
                    let head = resolve(head)?;
                    (tree(&base)?, Some(base), tree(&head)?, Some(head))
                }
                None => (tree(&base)?, Some(base), git.work_tree()?, None),
            }
        } else {
            let head = resolve("HEAD")?;
            let tip = target.as_deref().and_then(|b| git.branch(b)).unwrap_or_else(|| head.clone());
            let base = git.merge_base(&head, &tip).map_err(Stop::new)?;
            (tree(&base)?, Some(base), git.work_tree()?, None)
        };
        let overrides: Vec<Override> =
            args.deployed.iter().map(|d| Override::read(d)).collect::<Result<_, _>>()?;
        overrides.iter().try_for_each(|o| resolve(&o.revision).map(drop))?;
        let states = Self::new(base, head, Some(git));
        Ok(Self { base_revision, head_revision, target, overrides, ..states })
    }

    /// Mounts folders that stand for other repositories into both states, and says where. One that is part of the
    /// repository is there already, as each state has it.
    pub(crate) fn mount(&mut self, repo_map: RepoMap) -> Result<RepoMap, Stop> {
        let (mut known, mut foreign) = (RepoMap::new(), RepoMap::new());
        for (url, folder) in repo_map {
            match self.inside(Path::new(&folder)) {
                Some(path) => known.insert(url, path),
                None => foreign.insert(url, folder),
            };
        }
        let (base, _) = Mounted::over(self.base.clone(), foreign.clone())?;
        let (head, mounted) = Mounted::over(self.head.clone(), foreign)?;
        (self.base, self.head) = (base, head);
        known.extend(mounted);
        Ok(known)
    }

    /// The path that a folder has in the states, if it is below the top of one.
    fn inside(&self, folder: &Path) -> Option<String> {
        let folder = folder.canonicalize().ok()?;
        let below = self.tops.iter().find_map(|top| folder.strip_prefix(top).ok())?;
        crate::tree::join("", &below.to_string_lossy()).filter(|path| !path.is_empty())
    }

    /// What sources are given at a moment.
    pub(crate) fn at(&self, moment: Moment) -> At<'_> {
        At { states: self, moment }
    }

    /// The tree of entry points at a moment.
    pub(crate) fn entries(&self, moment: Moment) -> &Arc<dyn Tree> {
        match moment {
            Moment::Before | Moment::Overdue => &self.base,
            Moment::Merged | Moment::Promoted => &self.head,
        }
    }

    /// The files of a commit, read once.
    fn tree(&self, git: &Git, revision: &Revision) -> Listed {
        let mut trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        trees.entry(revision.clone()).or_insert_with(|| git.tree(revision)).clone()
    }

    fn override_of(&self, cluster: &str, source: &SourceRef) -> Option<&str> {
        let fits = self.overrides.iter().filter(|o| o.fits(cluster, source));
        fits.max_by_key(|o| o.source.is_some()).map(|o| o.revision.as_str())
    }

    /// Refuses what the arguments say of clusters and sources that are not there.
    pub(crate) fn check(&self, fleet: &[ClusterState]) -> Result<(), Stop> {
        self.overrides.iter().try_for_each(|o| o.check(fleet))
    }

    /// Whether a source gets the change on merge.
    pub(crate) fn follows_target(&self, tracks: &Tracks) -> bool {
        match (&self.target, tracks) {
            (Some(target), Tracks::Branch(branch)) => branch == target || branch == "HEAD",
            (None, Tracks::Branch(_)) => true,
            // Folders without a branch stand for everything.
            (None, _) => self.git.is_none(),
            _ => false,
        }
    }

    /// The branch that the change is merged to, where it is known.
    pub(crate) fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// The addresses of the clone.
    pub(crate) fn urls(&self) -> Vec<String> {
        self.git.as_ref().map(Repository::urls).unwrap_or_default()
    }

    fn state(&self, moment: Moment) -> SourceTree {
        let (tree, revision) = match moment {
            Moment::Before | Moment::Overdue => (&self.base, &self.base_revision),
            Moment::Merged | Moment::Promoted => (&self.head, &self.head_revision),
        };
        let deployed = if self.git.is_some() { Deployed::Reference } else { Deployed::Assumed };
        SourceTree::Here { tree: tree.clone(), revision: revision.clone(), deployed }
    }

    /// The files of a named revision.
    fn at_revision(&self, git: &Git, name: &str, deployed: Deployed) -> SourceTree {
        let found = git.resolve(name).and_then(|r| Ok((self.tree(git, &r)?, r)));
        match found {
            Ok((tree, revision)) => SourceTree::Here { tree, revision: Some(revision), deployed },
            Err(why) => SourceTree::Unresolved(Problem::new(ProblemKind::Revision, why, None)),
        }
    }

    /// What a source that keeps its own revision holds.
    fn pinned(&self, git: &Git, tracks: &Tracks) -> SourceTree {
        let name = match tracks {
            Tracks::Branch(branch) => match git.branch(branch) {
                Some(tip) => tip.0,
                None => format!("origin/{branch}").into(),
            },
            Tracks::Tag(tag) => format!("refs/tags/{tag}").into(),
            Tracks::Commit(commit) => commit.clone(),
            Tracks::Semver(range) => match gitops_fleet::newest_tag(range, &git.tags(), &|r| {
                git.commit_time(r)
            }) {
                Some(revision) => revision.0,
                None => {
                    let why = format!(
                        "no tag in this clone is in the range `{range}`; run `git fetch --tags --force origin`"
                    );
                    return SourceTree::Unresolved(Problem::new(ProblemKind::Revision, why, None));
                }
            },
            Tracks::External(address) => {
                return SourceTree::Elsewhere {
                    why: format!(
                        "the registry alone knows which commit `{address}` was packed of; say it under `artifacts`"
                    ),
                };
            }
        };
        self.at_revision(git, &name, Deployed::Reference)
    }
}

impl SourceTrees for At<'_> {
    fn tree(
        &self,
        cluster: &str,
        source: &SourceRef,
        _url: Option<&str>,
        tracks: &Tracks,
    ) -> SourceTree {
        let states = self.states;
        let follows = states.follows_target(tracks);
        let promoted = matches!(self.moment, Moment::Promoted | Moment::Overdue);
        if promoted || follows && self.moment == Moment::Merged {
            return states.state(self.moment);
        }
        match (states.override_of(cluster, source), &states.git) {
            (Some(revision), Some(git)) => states.at_revision(git, revision, Deployed::Option),
            (None, Some(git)) if !follows => states.pinned(git, tracks),
            // Without history a pinned source holds what was there before the change.
            _ => states.state(Moment::Before),
        }
    }
}

/// The branch named on the command line, if the clone knows it, or knows none.
fn known(git: &Git, branch: &str) -> Result<String, Stop> {
    let branches = git.branches();
    if branches.is_empty() || branches.contains(branch) {
        return Ok(branch.to_owned());
    }
    let names: Vec<&str> = branches.into_iter().collect();
    Err(Stop::new(format!(
        "`--target-branch {branch}` is no branch of this clone; it knows `{}`",
        names.join("`, `")
    )))
}

/// What sources are given at one moment.
pub(crate) struct At<'s> {
    states: &'s States,
    moment: Moment,
}
