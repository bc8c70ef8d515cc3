//! `.argocd-source.yaml` and `.argocd-source-NAME.yaml`: files beside the manifests that change a source.

use gitops_api::argocd::Source;
use gitops_model::{EntryKind, Problem, Tree};
use gitops_yaml::{Entry, Node, Sources};

use crate::files::{join, load};

/// What the files cannot change.
const KEPT: [&str; 4] = ["chart", "path", "repoURL", "targetRevision"];

/// A source with the files' changes in it.
pub(super) fn merged(
    source: Source<'_>,
    folder: &str,
    name: &str,
    tree: &dyn Tree,
    sources: &Sources,
) -> Result<Node, Problem> {
    let mut merged = source.node().clone();
    for file in [".argocd-source.yaml".to_owned(), format!(".argocd-source-{name}.yaml")] {
        let path = join(folder, &file);
        if tree.kind(&path) != Some(EntryKind::File) {
            continue;
        }
        let Ok(parsed) = load(sources, tree, &path) else { continue };
        if let Some(error) = parsed.errors.iter().find(|e| e.kind.is_fatal()) {
            return Err(Problem::from(error));
        }
        if let Some(patch) = parsed.documents.first() {
            lay_over(&mut merged, patch);
        }
    }
    for key in KEPT {
        match source.node().entry(key) {
            Some(entry) => drop(merged.set(Entry::clone(entry))),
            None => drop(merged.remove(key)),
        }
    }
    Ok(merged)
}

/// A JSON merge patch: maps deeply, nulls remove, all else is replaced.
fn lay_over(node: &mut Node, patch: &Node) {
    for entry in patch.entries() {
        if entry.value.is_null() {
            node.remove(&entry.key);
            continue;
        }
        match node.get_mut(&entry.key) {
            Some(own) if own.as_map().is_some() && entry.value.as_map().is_some() => {
                lay_over(own, &entry.value)
            }
            Some(own) => {
                let origin = entry.value.origin.on_top_of("source override", &own.origin);
                *own = Node { value: entry.value.value.clone(), origin };
            }
            None => {
                node.set(Entry::clone(entry));
            }
        }
    }
}
