//! History and blobs, by the `git` command. Nothing else starts it. It is never allowed to reach the network: a
//! partial or shallow clone is said, not completed.

mod blobs;
mod command;
mod listed;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gitops_model::{Repository, Revision, Tree};
use gitops_yaml::SmolStr;

use self::blobs::BlobStore;
pub(crate) use self::command::GitError;
use self::command::{run, zero_separated};
use self::listed::{Content, ListedTree, Listing};

/// A clone, by its work tree.
pub(crate) struct Git {
    top: PathBuf,
    shallow: bool,
    refs: References,
    urls: Vec<String>,
    store: Arc<BlobStore>,
}

/// Branches and tags.
#[derive(Default)]
struct References {
    commits: BTreeMap<SmolStr, Revision>,
    /// The branch that `origin/HEAD` names.
    origin_head: Option<String>,
}

impl Git {
    /// The clone that holds a folder; `None` if none does.
    ///
    /// # Errors
    /// When git cannot be started or fails on the clone.
    pub(crate) fn find(folder: &Path) -> Result<Option<Self>, GitError> {
        let kept = folder.canonicalize().is_ok_and(|folder| kept_top(&folder).is_some());
        if !kept && std::env::var_os("GIT_DIR").is_none() {
            return Ok(None);
        }
        let probe = ["rev-parse", "--show-toplevel", "--is-shallow-repository"];
        // Most of the time goes into starting git: the three questions are asked at once.
        let (said, (refs, urls)) = rayon::join(
            || run(folder, &probe),
            || rayon::join(|| references(folder), || urls(folder)),
        );
        let said = match said {
            Ok(said) => String::from_utf8_lossy(&said).into_owned(),
            Err(GitError::Failed { .. }) => return Ok(None),
            Err(other) => return Err(other),
        };
        let mut lines = said.lines();
        let Some(top) = lines.next().filter(|l| !l.is_empty()).map(PathBuf::from) else {
            return Ok(None);
        };
        let shallow = lines.next() == Some("true");
        let store = Arc::new(BlobStore::new(&top));
        Ok(Some(Self { top, shallow, refs: refs?, urls, store }))
    }

    /// The top of the work tree.
    #[must_use]
    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    /// The best common ancestor of two commits.
    ///
    /// # Errors
    /// When there is none, or the clone is too shallow to know.
    pub(crate) fn merge_base(&self, a: &Revision, b: &Revision) -> Result<Revision, String> {
        let said = run(&self.top, &["merge-base", a.0.as_str(), b.0.as_str()]);
        match said.map(|s| String::from_utf8_lossy(&s).trim().to_owned()) {
            Ok(commit) if !commit.is_empty() => Ok(Revision(commit.into())),
            _ => Err(self.hint(&format!("`{}` and `{}` have no common commit here", a.0, b.0))),
        }
    }

    /// What `origin/HEAD` names, else `main` or `master`: the branch that changes are merged to.
    #[must_use]
    pub(crate) fn default_branch(&self) -> Option<String> {
        let known = |b: &&str| self.branch(b).is_some();
        let usual = || ["main", "master"].into_iter().find(known).map(str::to_owned);
        self.refs.origin_head.clone().or_else(usual)
    }

    /// The tip of a branch: that of `origin` before a local one.
    #[must_use]
    pub(crate) fn branch(&self, name: &str) -> Option<Revision> {
        ["refs/remotes/origin/", "refs/heads/"]
            .iter()
            .find_map(|space| self.refs.commits.get(format!("{space}{name}").as_str()).cloned())
    }

    /// The names of all branches, here and at `origin`.
    #[must_use]
    pub(crate) fn branches(&self) -> BTreeSet<&str> {
        self.refs
            .commits
            .keys()
            .filter_map(|name| {
                name.strip_prefix("refs/remotes/origin/").or(name.strip_prefix("refs/heads/"))
            })
            .filter(|name| *name != "HEAD")
            .collect()
    }

    /// Whether a name is that of a branch, here or at `origin`.
    #[must_use]
    pub(crate) fn branch_named<'n>(&self, name: &'n str) -> Option<&'n str> {
        let short = name.strip_prefix("origin/").unwrap_or(name);
        self.branch(short).map(|_| short)
    }

    /// The files in the index.
    ///
    /// # Errors
    /// When git fails.
    pub(crate) fn index(&self) -> Result<Arc<dyn Tree>, GitError> {
        let said = run(&self.top, &["ls-files", "-z", "--stage"])?;
        let mut listing = Listing::default();
        for line in zero_separated(&said) {
            self.list_staged(&mut listing, &line);
        }
        Ok(Arc::new(ListedTree::new(listing, self.store.clone())))
    }

    /// The work tree: the index, with what differs on disk, and new files that are not ignored.
    ///
    /// # Errors
    /// When git fails.
    pub(crate) fn work_tree(&self) -> Result<Arc<dyn Tree>, GitError> {
        let all = ["--cached", "--stage", "--modified", "--others", "--exclude-standard"];
        let said = run(&self.top, &[&["ls-files", "-z", "-t"][..], &all].concat())?;
        let (mut listing, mut differing) = <(Listing, Vec<String>)>::default();
        for line in zero_separated(&said) {
            // <tag> SP, then the path alone, or what the index says of it
            match line.split_once(' ') {
                Some(("?", path)) => differing.push(path.to_owned()),
                Some(("C", staged)) => {
                    differing.extend(staged.split_once('\t').map(|(_, path)| path.to_owned()));
                }
                Some((_, staged)) => self.list_staged(&mut listing, staged),
                None => {}
            }
        }
        for path in differing {
            let on_disk = self.top.join(&path);
            match std::fs::symlink_metadata(&on_disk) {
                Ok(meta) if meta.is_symlink() => {
                    let target = std::fs::read_link(&on_disk).unwrap_or_default();
                    listing.link(&path, &target.to_string_lossy());
                }
                Ok(meta) if meta.is_file() => listing.file(&path, Content::Disk(on_disk)),
                Ok(_) => {}
                Err(_) => listing.remove(&path),
            }
        }
        Ok(Arc::new(ListedTree::new(listing, self.store.clone())))
    }

    fn list_staged(&self, listing: &mut Listing, staged: &str) {
        // <mode> SP <object> SP <stage> TAB <path>
        let Some((meta, path)) = staged.split_once('\t') else { return };
        let mut meta = meta.split(' ');
        if let (Some(mode), Some(oid)) = (meta.next(), meta.next()) {
            self.list(listing, mode, oid, path);
        }
    }

    fn list(&self, listing: &mut Listing, mode: &str, oid: &str, path: &str) {
        match mode {
            "120000" => {
                let target = self.store.read(oid).unwrap_or_default();
                listing.link(path, &String::from_utf8_lossy(&target));
            }
            // A submodule: its content is not in this clone's objects.
            "160000" => {}
            _ => listing.file(path, Content::Blob(oid.into())),
        }
    }

    /// A sentence with the way to fetch what a shallow clone lacks.
    fn hint(&self, what: &str) -> String {
        if self.shallow {
            format!(
                "{what}; the clone is shallow: run `git fetch --unshallow --tags`, or check out with `fetch-depth: 0`"
            )
        } else {
            format!("{what}; run `git fetch --tags --force origin`")
        }
    }
}

impl Repository for Git {
    fn resolve(&self, name: &str) -> Result<Revision, String> {
        if let Some(known) = self.refs.commits.get(name) {
            return Ok(known.clone());
        }
        let wanted = format!("{name}^{{commit}}");
        match run(&self.top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]) {
            Ok(said) => Ok(Revision(String::from_utf8_lossy(&said).trim().into())),
            Err(_) if self.refs.commits.is_empty() => {
                Err("this repository has no commit yet".to_owned())
            }
            Err(_) => Err(self.hint(&format!("`{name}` is not in this clone"))),
        }
    }

    fn tags(&self) -> Vec<(SmolStr, Revision)> {
        let tags = self.refs.commits.iter();
        tags.filter_map(|(name, r)| Some((name.strip_prefix("refs/tags/")?.into(), r.clone())))
            .collect()
    }

    fn tree(&self, revision: &Revision) -> Result<Arc<dyn Tree>, String> {
        let said = run(&self.top, &["ls-tree", "-r", "-z", "--full-tree", revision.0.as_str()])
            .map_err(|_| {
                self.hint(&format!("the files of `{}` are not in this clone", revision.0))
            })?;
        let mut listing = Listing::default();
        for line in zero_separated(&said) {
            // <mode> SP <type> SP <object> TAB <path>
            let Some((meta, path)) = line.split_once('\t') else { continue };
            let mut meta = meta.split(' ');
            if let (Some(mode), Some(_), Some(oid)) = (meta.next(), meta.next(), meta.next()) {
                self.list(&mut listing, mode, oid, path);
            }
        }
        Ok(Arc::new(ListedTree::new(listing, self.store.clone())))
    }

    fn is_ancestor(&self, older: &Revision, newer: &Revision) -> bool {
        let arguments = ["merge-base", "--is-ancestor", older.0.as_str(), newer.0.as_str()];
        run(&self.top, &arguments).is_ok()
    }

    fn commit_time(&self, revision: &Revision) -> Option<i64> {
        let said = run(&self.top, &["show", "-s", "--format=%ct", revision.0.as_str()]).ok()?;
        String::from_utf8_lossy(&said).trim().parse().ok()
    }

    fn urls(&self) -> Vec<String> {
        self.urls.clone()
    }
}

/// The nearest folder upwards, of an absolute path, that git keeps.
pub(crate) fn kept_top(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|above| above.join(".git").exists())
}

fn urls(folder: &Path) -> Vec<String> {
    let said = run(folder, &["config", "--get-all", "remote.origin.url"]).unwrap_or_default();
    String::from_utf8_lossy(&said).lines().map(str::to_owned).collect()
}

fn references(folder: &Path) -> Result<References, GitError> {
    let format = "--format=%(refname) %(objectname) %(*objectname) %(symref)";
    let spaces = ["refs/heads", "refs/remotes/origin", "refs/tags"];
    let said = run(folder, &[&["for-each-ref", format][..], &spaces].concat())?;
    let mut refs = References::default();
    for line in String::from_utf8_lossy(&said).lines() {
        let parts: Vec<&str> = line.split(' ').collect();
        let [name, object, peeled, symref] = parts[..] else { continue };
        let commit = if peeled.is_empty() { object } else { peeled };
        refs.commits.insert(name.into(), Revision(commit.into()));
        if name == "refs/remotes/origin/HEAD" {
            refs.origin_head = symref.strip_prefix("refs/remotes/origin/").map(str::to_owned);
        }
    }
    Ok(refs)
}
