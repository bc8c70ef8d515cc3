//! The files that were read, each parsed once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock, RwLock};

use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::comments::comments;
use crate::lines::line_starts;
use crate::{Comment, FileId, Limits, Location, Node, ParseError, Parsed, Span, parse};

/// What a file holds, by hash: a git blob id, or [`ContentId::of`] its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentId(pub [u8; 20]);

impl ContentId {
    /// The id of bytes that no version control system named.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut id = [0; 20];
        id.copy_from_slice(&Sha256::digest(bytes)[..20]);
        Self(id)
    }

    /// The id of values, by all that tells them from others. It holds for one run of the program.
    #[must_use]
    pub fn of_values(values: &impl Hash) -> Self {
        let mut hasher = Sha(Sha256::new());
        values.hash(&mut hasher);
        let mut id = [0; 20];
        id.copy_from_slice(&hasher.0.finalize()[..20]);
        Self(id)
    }
}

/// What values write themselves into to be hashed.
struct Sha(Sha256);

impl Hasher for Sha {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    // Whoever needs so little asks another hasher.
    fn finish(&self) -> u64 {
        0
    }
}

/// The text of one file.
#[derive(Debug)]
pub struct SourceFile {
    /// Path relative to the repository, with `/`.
    pub path: SmolStr,
    /// The whole text; bytes that are not UTF-8 are replaced.
    pub text: Arc<str>,
    line_starts: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// The byte at which each line starts.
    #[must_use]
    pub fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| line_starts(&self.text))
    }

    /// Line and column, both from 1, of a byte offset.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let starts = self.line_starts();
        let line = starts.partition_point(|s| *s <= offset).max(1) - 1;
        let start = starts[line] as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(0, |t| t.chars().count());
        (line as u32 + 1, column as u32 + 1)
    }
}

/// One file, parsed.
#[derive(Debug)]
pub struct ParsedFile {
    /// Its number.
    pub id: FileId,
    /// Its text.
    pub source: Arc<SourceFile>,
    /// The documents of the stream, in order; empty ones are null.
    pub documents: Vec<Node>,
    /// What was wrong with the text.
    pub errors: Vec<ParseError>,
    comments: OnceLock<Vec<Comment>>,
}

impl ParsedFile {
    /// The comments, in the order of the text. Found when first asked for.
    #[must_use]
    pub fn comments(&self) -> &[Comment] {
        self.comments.get_or_init(|| comments(self.id, &self.source.text, &self.documents))
    }
}

/// What stood at a path.
type Versions = Vec<(ContentId, Arc<ParsedFile>)>;

/// All files read so far, shared by threads. Loading the same path and content twice gives the same
/// [`ParsedFile`].
#[derive(Debug, Default)]
pub struct Sources {
    files: RwLock<Vec<Arc<SourceFile>>>,
    parsed: RwLock<HashMap<SmolStr, Versions>>,
    /// Copies of a file share their text.
    texts: RwLock<HashMap<ContentId, Arc<str>>>,
}

impl Sources {
    /// Registers a text without parsing it.
    pub fn add(&self, path: &str, bytes: &[u8]) -> FileId {
        self.insert(path, text_of(bytes).0.into()).0
    }

    fn insert(&self, path: &str, text: Arc<str>) -> (FileId, Arc<SourceFile>) {
        let file = Arc::new(SourceFile { path: path.into(), text, line_starts: OnceLock::new() });
        let mut files = write(&self.files);
        files.push(file.clone());
        (FileId(files.len() as u32 - 1), file)
    }

    /// Parses a file, or returns what an earlier call parsed for the same path and content.
    pub fn load(&self, path: &str, content: ContentId, bytes: &[u8]) -> Arc<ParsedFile> {
        if let Some(done) = self.loaded(path, content) {
            return done;
        }
        let (text, invalid) = text_of(bytes);
        let text = write(&self.texts).entry(content).or_insert_with(|| text.into()).clone();
        let (id, source) = self.insert(path, text);
        let mut parsed = parse(id, &source.text, &Limits::default());
        if let Some(at) = invalid {
            parsed.errors.insert(0, ParseError::not_utf8(Span::new(id, at, at)));
        }
        let Parsed { documents, errors } = parsed;
        let comments = OnceLock::new();
        let file = Arc::new(ParsedFile { id, source, documents, errors, comments });
        let mut parsed = write(&self.parsed);
        let versions = parsed.entry(file.source.path.clone()).or_default();
        match versions.iter().find(|(id, _)| *id == content) {
            Some((_, other)) => other.clone(),
            None => {
                versions.push((content, file.clone()));
                file
            }
        }
    }

    /// What an earlier [`Sources::load`] of this path and content gave, without the bytes.
    #[must_use]
    pub fn loaded(&self, path: &str, content: ContentId) -> Option<Arc<ParsedFile>> {
        let parsed = read(&self.parsed);
        let (_, file) = parsed.get(path)?.iter().find(|(id, _)| *id == content)?;
        Some(file.clone())
    }

    /// All files parsed so far, in the order in which they were read first.
    #[must_use]
    pub fn parsed(&self) -> Vec<Arc<ParsedFile>> {
        let parsed = read(&self.parsed);
        let mut files: Vec<_> = parsed.values().flatten().map(|(_, file)| file.clone()).collect();
        files.sort_by_key(|file| file.id);
        files
    }

    /// The text of a file.
    #[must_use]
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        read(&self.files)[id.0 as usize].clone()
    }

    /// Path, line and column of a span.
    #[must_use]
    pub fn locate(&self, span: Span) -> Location {
        let file = self.file(span.file);
        let (line, column) = file.line_column(span.start);
        let (end_line, end_column) = file.line_column(span.end);
        Location { path: file.path.clone(), line, column, end_line, end_column }
    }
}

/// The text of a file, and where it is no text. Like go-yaml, UTF-16 is read where a byte order mark says
/// so.
fn text_of(bytes: &[u8]) -> (Cow<'_, str>, Option<u32>) {
    let units = |pair: fn([u8; 2]) -> u16| {
        let pairs = bytes[2..].chunks_exact(2).map(move |b| pair([b[0], b[1]]));
        let text = char::decode_utf16(pairs).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        (Cow::Owned(text.collect()), None)
    };
    match bytes {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        _ => {
            let invalid = std::str::from_utf8(bytes).err().map(|e| e.valid_up_to() as u32);
            (String::from_utf8_lossy(bytes), invalid)
        }
    }
}

// A thread that panicked cannot leave these maps half-written, so a poisoned lock is still good.
fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_read_where_a_mark_says_so() {
        let text = "a: é\r\n";
        for (mark, unit) in
            [(0xfeff, u16::to_le_bytes as fn(u16) -> [u8; 2]), (0xfeff, u16::to_be_bytes)]
        {
            let units = std::iter::once(mark).chain(text.encode_utf16());
            let bytes: Vec<u8> = units.flat_map(unit).collect();
            let file = Sources::default().load("a.yaml", ContentId::of(&bytes), &bytes);
            assert!(file.errors.is_empty());
            assert_eq!(file.documents[0].get("a").unwrap().text(), Some("é"));
        }
        let file = Sources::default().load("a.yaml", ContentId::of(b"a: \xff"), b"a: \xff");
        assert_eq!(file.errors.len(), 1);
    }
}
