//! Paths of a tree, which have `/` and no `.` or `..`.

/// Joins a relative target to a directory and drops `.` and `..`; `None` if it leaves the top.
pub(crate) fn join(directory: &str, target: &str) -> Option<String> {
    gitops_model::clean_path(&format!("{directory}/{target}"))
}

/// The directory of a path; the top for a path without `/`.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}
