//! Reading files and joining paths.

use std::sync::Arc;

use gitops_model::{EntryKind, Tree, TreeError};
use gitops_yaml::{ContentId, ParsedFile, SmolStr, Sources};

/// A file of a tree, parsed once however often it is asked for.
pub(crate) fn load(
    sources: &Sources,
    tree: &dyn Tree,
    path: &str,
) -> Result<Arc<ParsedFile>, TreeError> {
    let (at, content) = (tree.written_at(path), tree.content_id(path)?);
    match sources.loaded(&at, content) {
        Some(file) => Ok(file),
        None => Ok(sources.load(&at, content, &tree.read(path)?)),
    }
}

/// All files below a directory, sorted. Links to directories are not followed.
pub(crate) fn contents(tree: &dyn Tree, directory: &str) -> Vec<(SmolStr, ContentId)> {
    let (mut found, mut open) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(directory) = open.pop() {
        for (name, kind) in tree.list(&directory) {
            let path = join(&directory, &name);
            match kind {
                EntryKind::File => found.extend(tree.content_id(&path).map(|id| (path.into(), id))),
                EntryKind::Directory if name != ".git" && tree.link_target(&path).is_none() => {
                    open.push(path);
                }
                EntryKind::Directory => {}
            }
        }
    }
    found.sort();
    found
}

/// A path below a directory; the top's own path is empty.
pub(crate) fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// A path as an object writes it, relative to the top: `..` never leads above it.
pub(crate) fn clamped(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    join_all(base, &parts)
}

fn join_all(base: &str, parts: &[&str]) -> String {
    let below = parts.join("/");
    if below.is_empty() { base.to_owned() } else { join(base, &below) }
}

/// The directory of a path; empty for what stands at the top.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// Whether a path is a directory or below it.
pub(crate) fn is_within(path: &str, directory: &str) -> bool {
    directory.is_empty()
        || path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_top() {
        assert_eq!(clamped("", "./clusters//prod/"), "clusters/prod");
        assert_eq!(clamped("", "../../components/x"), "components/x");
        assert_eq!(clamped("k8s", "./"), "k8s");
        assert_eq!(clamped("k8s", "../apps"), "k8s/apps");
        assert!(is_within("a/b", "a") && is_within("a", "a") && is_within("a", ""));
        assert!(!is_within("ab", "a"));
    }
}
