//! Files on disk: a folder, one file, folders in each other. What git lists is in `git`.

mod directory;
mod mounted;
mod single;

use std::collections::BTreeMap;

pub(crate) use directory::DirectoryTree;
pub(crate) use mounted::Mounted;
pub(crate) use single::SingleFile;

/// Addresses of repositories, each with the folder that stands for it.
pub(crate) type RepoMap = BTreeMap<String, String>;

/// Joins a relative target to a directory and drops `.` and `..`; `None` if it leaves the top.
pub(crate) fn join(directory: &str, target: &str) -> Option<String> {
    gitops_model::clean_path(&format!("{directory}/{target}"))
}

/// The directory of a path; the top for a path without `/`.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}
