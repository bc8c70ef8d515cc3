//! Which lines are under review: those that differ between the two states.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use gitops_model::Tree;
use gitops_yaml::{FileId, SourceFile, Sources, Span};
use similar::{DiffTag, TextDiff};

/// The lines that a change touches, worked out for a file when it is first asked about.
pub(crate) struct Touched<'a> {
    base: &'a dyn Tree,
    head: &'a dyn Tree,
    sources: &'a Sources,
    known: Mutex<HashMap<FileId, Arc<[Range<u32>]>>>,
}

impl<'a> Touched<'a> {
    pub(crate) fn new(base: &'a dyn Tree, head: &'a dyn Tree, sources: &'a Sources) -> Self {
        Self { base, head, sources, known: Mutex::default() }
    }

    /// Whether a span has a line that differs.
    pub(crate) fn contains(&self, span: Span) -> bool {
        let file = self.sources.file(span.file);
        let (first, last) = (file.line_column(span.start).0, file.line_column(span.end).0);
        self.lines(span.file, &file).iter().any(|r| r.start <= last && first < r.end)
    }

    /// The touched lines of one version of a file, from 1.
    fn lines(&self, id: FileId, file: &SourceFile) -> Arc<[Range<u32>]> {
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return known.clone();
        }
        let lines: Arc<[Range<u32>]> = self.compare(file).into();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(id).or_insert(lines).clone()
    }

    fn compare(&self, file: &SourceFile) -> Vec<Range<u32>> {
        let ids = (self.base.content_id(&file.path), self.head.content_id(&file.path));
        if matches!(&ids, (Ok(a), Ok(b)) if a == b) || matches!(&ids, (Err(_), Err(_))) {
            return Vec::new();
        }
        let text = |tree: &dyn Tree| {
            let bytes = tree.read(&file.path).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (old, new) = (text(self.base), text(self.head));
        let is_old = *file.text == *old;
        if !is_old && *file.text != *new {
            // A version that is in neither state: what a tag holds.
            return Vec::new();
        }
        let diff = TextDiff::from_lines(&old, &new);
        let changed = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
        let lines = changed.map(|op| if is_old { op.old_range() } else { op.new_range() });
        lines.filter(|r| !r.is_empty()).map(|r| r.start as u32 + 1..r.end as u32 + 1).collect()
    }
}
