//! Edits of files, the trees that they make, and the lines that differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gitops_model::{EntryKind, Hunk, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};
use similar::{DiffTag, TextDiff};

/// Bytes of a file that become a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) path: SmolStr,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) text: String,
}

/// A tree with some files changed.
pub struct EditedTree {
    under: Arc<dyn Tree>,
    files: BTreeMap<SmolStr, Arc<[u8]>>,
}

impl EditedTree {
    /// Applies edits, equal ones once.
    ///
    /// # Errors
    /// Where two edits disagree about the same bytes.
    pub(crate) fn new(under: Arc<dyn Tree>, edits: &[Edit]) -> Result<Self, String> {
        let mut by_path: BTreeMap<&SmolStr, Vec<&Edit>> = BTreeMap::new();
        for edit in edits {
            let known = by_path.entry(&edit.path).or_default();
            if !known.contains(&edit) {
                known.push(edit);
            }
        }
        let mut files = BTreeMap::new();
        for (path, edits) in by_path {
            let bytes = under.read(path).map_err(|e| e.to_string())?;
            let text = edited(String::from_utf8_lossy(&bytes).into_owned(), edits);
            let text =
                text.ok_or_else(|| format!("`{path}` would be written twice, in two ways"))?;
            files.insert(path.clone(), text.into_bytes().into());
        }
        Ok(Self { under, files })
    }

    /// The files that may differ from the tree below.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &SmolStr> {
        self.files.keys()
    }
}

/// A text after edits, if they do not overlap.
fn edited(mut text: String, mut edits: Vec<&Edit>) -> Option<String> {
    // Later bytes first; of inserts at one place the last first, so that they stand in their order.
    edits.reverse();
    edits.sort_by_key(|e| std::cmp::Reverse(e.start));
    let mut free = usize::MAX;
    for edit in edits {
        text.get(edit.start..edit.end).filter(|_| edit.end <= free)?;
        text.replace_range(edit.start..edit.end, &edit.text);
        free = edit.start;
    }
    Some(text)
}

impl Tree for EditedTree {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.under.kind(path)
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        match self.files.get(path) {
            Some(bytes) => Ok(ContentId::of(bytes)),
            None => self.under.content_id(path),
        }
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        match self.files.get(path) {
            Some(bytes) => Ok(bytes.clone()),
            None => self.under.read(path),
        }
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        self.under.list(path)
    }

    fn written_at(&self, path: &str) -> SmolStr {
        self.under.written_at(path)
    }

    fn stray_links(&self) -> Vec<SmolStr> {
        self.under.stray_links()
    }

    fn link_target(&self, path: &str) -> Option<SmolStr> {
        self.under.link_target(path)
    }
}

/// The lines of some files that differ between two trees.
pub(crate) fn hunks(before: &dyn Tree, after: &dyn Tree, paths: &BTreeSet<SmolStr>) -> Vec<Hunk> {
    let text = |tree: &dyn Tree, path: &str| {
        let bytes = tree.read(path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let mut out = Vec::new();
    for path in paths {
        let (old, new) = (text(before, path), text(after, path));
        let diff = TextDiff::from_lines(&old, &new);
        for op in diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal) {
            out.push(Hunk {
                path: path.clone(),
                line: op.old_range().start as u32 + 1,
                before: op.old_range().filter_map(|i| diff.old_slice(i)).collect(),
                after: op.new_range().filter_map(|i| diff.new_slice(i)).collect(),
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use gitops_testkit::MemoryTree;

    use super::*;

    fn replace(start: usize, end: usize, text: &str) -> Edit {
        Edit { path: "a".into(), start, end, text: text.into() }
    }

    fn apply(edits: &[Edit]) -> Result<(String, Vec<Hunk>), String> {
        let tree: MemoryTree = [("a", "one\ntwo\n")].into_iter().collect();
        let under: Arc<dyn Tree> = Arc::new(tree);
        let edited = EditedTree::new(under.clone(), edits)?;
        let hunks = hunks(&*under, &edited, &edited.paths().cloned().collect());
        Ok((String::from_utf8(edited.read("a").unwrap().to_vec()).unwrap(), hunks))
    }

    #[test]
    fn edits_keep_their_order_and_equal_ones_count_once() {
        let edits =
            [replace(0, 0, "a\n"), replace(4, 7, "2"), replace(0, 0, "b\n"), replace(0, 0, "a\n")];
        let (text, hunks) = apply(&edits).unwrap();
        assert_eq!(text, "a\nb\none\n2\n");
        let said: Vec<_> =
            hunks.iter().map(|h| (h.line, h.before.as_str(), h.after.as_str())).collect();
        assert_eq!(said, [(1, "", "a\nb\n"), (2, "two\n", "2\n")]);
    }

    #[test]
    fn edits_that_disagree_are_refused() {
        assert!(apply(&[replace(0, 3, "x"), replace(1, 2, "y")]).is_err());
        assert!(apply(&[replace(5, 99, "x")]).is_err());
    }
}
