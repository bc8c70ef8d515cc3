//! Where text stands: a file and a range of bytes in it.

use smol_str::SmolStr;

/// A file held by [`crate::Sources`]: one per path and content, so that a file which two revisions share
/// is one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub(crate) u32);

impl FileId {
    /// A number for tests that need no source text.
    #[must_use]
    pub fn for_tests(number: u32) -> Self {
        Self(number)
    }
}

/// A half-open range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A range of bytes of `file`.
    #[must_use]
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// Whether the two ranges share a byte, or one is an empty range inside the other.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.end && other.start <= self.end
    }
}

/// A [`Span`] as people and other programs read it. Lines and columns start at 1; columns count
/// Unicode code points; the end column is one past the last.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The file's path, relative to the repository, with `/`.
    pub path: SmolStr,
    /// Line of the first byte.
    pub line: u32,
    /// Column of the first byte.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column of the end.
    pub end_column: u32,
}
