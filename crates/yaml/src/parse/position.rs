//! From the library's lines and columns to bytes of the file.

use std::cell::Cell;
use std::collections::BTreeMap;

use yaml_rust2::scanner::Marker;

/// The lines of one document.
#[derive(Debug, Clone)]
pub(super) struct Positions<'t> {
    whole: &'t str,
    starts: &'t [u32],
    end: usize,
    /// Columns by which a line was moved to the right before it was parsed.
    shifts: BTreeMap<usize, usize>,
    /// The last position found: line, column and byte. The next is mostly on the same line.
    cursor: Cell<(usize, usize, usize)>,
}

impl<'t> Positions<'t> {
    pub(super) fn new(whole: &'t str, starts: &'t [u32], end: Option<u32>) -> Self {
        let end = end.map_or(whole.len(), |e| e as usize);
        let start = starts.first().map_or(end, |s| *s as usize);
        Self { whole, starts, end, shifts: BTreeMap::new(), cursor: Cell::new((0, 0, start)) }
    }

    pub(super) fn shifted(mut self, shifts: &BTreeMap<usize, usize>) -> Self {
        self.shifts.clone_from(shifts);
        self
    }

    pub(super) fn start(&self) -> u32 {
        self.starts.first().map_or(self.end as u32, |s| *s)
    }

    pub(super) fn end(&self) -> u32 {
        self.end as u32
    }

    /// The text of the document.
    pub(super) fn text(&self) -> &'t str {
        &self.whole[self.start() as usize..self.end]
    }

    /// The text from a byte of the file to the end of the document.
    pub(super) fn from(&self, at: u32) -> &'t str {
        self.whole.get(at as usize..self.end).unwrap_or_default()
    }

    /// The text between two bytes of the file.
    pub(super) fn between(&self, start: u32, end: u32) -> &'t str {
        self.whole.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The byte at a marker's line and column.
    pub(super) fn byte(&self, at: Marker) -> u32 {
        let line = at.line().saturating_sub(1);
        let column = at.col().saturating_sub(self.shifts.get(&line).copied().unwrap_or_default());
        let Some(line_start) =
            self.starts.get(line).map(|s| *s as usize).filter(|s| *s <= self.end)
        else {
            return self.end as u32;
        };
        let (known_line, known_column, known_byte) = self.cursor.get();
        let (from, skip) = if known_line == line && known_column <= column {
            (known_byte, column - known_column)
        } else {
            (line_start, column)
        };
        let rest = &self.whole[from..self.end];
        let ahead = rest.char_indices().nth(skip).map_or(rest.len(), |(i, _)| i);
        self.cursor.set((line, column, from + ahead));
        (from + ahead) as u32
    }
}
