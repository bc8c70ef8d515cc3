//! Files that git lists, by name and blob; a changed one may stand on disk instead.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use gitops_model::{EntryKind, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr};

use super::blobs::BlobStore;
use crate::tree::{join, parent};

/// Where a file's bytes are.
pub(super) enum Content {
    /// In a blob.
    Blob(SmolStr),
    /// On disk.
    Disk(PathBuf),
}

enum Listed {
    File(Content, OnceLock<ContentId>),
    Link(SmolStr),
}

/// The files of a tree, before their directories are known.
#[derive(Default)]
pub(super) struct Listing(BTreeMap<SmolStr, Listed>);

impl Listing {
    /// Adds or replaces a file.
    pub(super) fn file(&mut self, path: &str, content: Content) {
        self.0.insert(path.into(), Listed::File(content, OnceLock::new()));
    }

    /// Adds or replaces a symbolic link.
    pub(super) fn link(&mut self, path: &str, target: &str) {
        self.0.insert(path.into(), Listed::Link(target.into()));
    }

    /// Takes a file out.
    pub(super) fn remove(&mut self, path: &str) {
        self.0.remove(path);
    }
}

/// A [`Listing`] with its directories, readable.
pub(super) struct ListedTree {
    files: HashMap<SmolStr, Listed>,
    directories: HashMap<SmolStr, Vec<SmolStr>>,
    has_links: bool,
    store: Arc<BlobStore>,
}

/// Links that lead to links; more is a circle.
const MOST_LINKS: usize = 40;

impl ListedTree {
    pub(super) fn new(listing: Listing, store: Arc<BlobStore>) -> Self {
        let mut directories: BTreeMap<SmolStr, Vec<SmolStr>> = BTreeMap::new();
        directories.insert(SmolStr::default(), Vec::new());
        for path in listing.0.keys() {
            let mut path = path.as_str();
            // Climb until a directory is known; each is entered into its parent once.
            loop {
                let directory = parent(path);
                let name = path[directory.len()..].trim_start_matches('/');
                let known = directories.contains_key(directory);
                directories.entry(directory.into()).or_default().push(name.into());
                if known {
                    break;
                }
                path = directory;
            }
        }
        for names in directories.values_mut() {
            names.sort();
            names.dedup();
        }
        let has_links = listing.0.values().any(|l| matches!(l, Listed::Link(_)));
        let files = listing.0.into_iter().collect();
        Self { files, directories: directories.into_iter().collect(), has_links, store }
    }

    /// The path behind all symbolic links, the last component's included.
    fn real<'p>(&self, path: &'p str) -> Option<std::borrow::Cow<'p, str>> {
        if !self.has_links {
            return Some(path.into());
        }
        let mut real = path.to_owned();
        for _ in 0..MOST_LINKS {
            let Some((link, target)) = self.first_link(&real) else { return Some(real.into()) };
            let rest = real[link.len()..].trim_start_matches('/').to_owned();
            let followed = join(parent(&link), &target)?;
            real = join(&followed, &rest)?;
        }
        None
    }

    fn first_link(&self, path: &str) -> Option<(String, SmolStr)> {
        let ends = path.match_indices('/').map(|(i, _)| i).chain([path.len()]);
        ends.map(|end| &path[..end]).find_map(|prefix| match self.files.get(prefix) {
            Some(Listed::Link(target)) => Some((prefix.to_owned(), target.clone())),
            _ => None,
        })
    }

    fn file(&self, path: &str) -> Result<(&Content, &OnceLock<ContentId>), TreeError> {
        let real = self.real(path).ok_or_else(|| TreeError::Outside(path.to_owned()))?;
        match self.files.get(real.as_ref()) {
            Some(Listed::File(content, id)) => Ok((content, id)),
            _ if self.directories.contains_key(real.as_ref()) => {
                Err(TreeError::IsDirectory(path.to_owned()))
            }
            _ => Err(TreeError::Missing(path.to_owned())),
        }
    }

    fn bytes(&self, path: &str, content: &Content) -> Result<Arc<[u8]>, TreeError> {
        let read = match content {
            Content::Blob(oid) => self.store.read(oid),
            #[expect(clippy::disallowed_methods, reason = "this crate does the IO")]
            Content::Disk(file) => std::fs::read(file).map(Arc::from).map_err(|e| e.to_string()),
        };
        read.map_err(|why| TreeError::Unreadable { path: path.to_owned(), why })
    }
}

impl Tree for ListedTree {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        let real = self.real(path)?;
        match self.files.get(real.as_ref()) {
            Some(Listed::File(..)) => Some(EntryKind::File),
            Some(Listed::Link(_)) => None,
            None => self.directories.contains_key(real.as_ref()).then_some(EntryKind::Directory),
        }
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        let (content, id) = self.file(path)?;
        if let Some(id) = id.get() {
            return Ok(*id);
        }
        let found = match content {
            Content::Blob(oid) => content_id(oid)?,
            Content::Disk(_) => ContentId::of(&self.bytes(path, content)?),
        };
        Ok(*id.get_or_init(|| found))
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        let (content, _) = self.file(path)?;
        self.bytes(path, content)
    }

    fn read_ahead(&self, paths: &[SmolStr]) {
        let blob = |path: &SmolStr| match self.file(path) {
            Ok((Content::Blob(oid), _)) => Some(oid.clone()),
            _ => None,
        };
        self.store.read_ahead(paths.iter().filter_map(blob));
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        let Some(real) = self.real(path) else { return Vec::new() };
        let names = self.directories.get(real.as_ref()).map_or(&[][..], Vec::as_slice);
        let kind = |name: &SmolStr| {
            let below = if real.is_empty() { name.to_string() } else { format!("{real}/{name}") };
            Some((name.clone(), self.kind(&below)?))
        };
        names.iter().filter_map(kind).collect()
    }

    fn stray_links(&self) -> Vec<SmolStr> {
        let strays = |(path, listed): (&SmolStr, &Listed)| match listed {
            Listed::Link(target) => {
                let inside = join(parent(path), target);
                (target.starts_with('/') || inside.is_none()).then(|| path.clone())
            }
            Listed::File(..) => None,
        };
        let mut links: Vec<SmolStr> = self.files.iter().filter_map(strays).collect();
        links.sort();
        links
    }

    fn link_target(&self, path: &str) -> Option<SmolStr> {
        match self.files.get(path) {
            Some(Listed::Link(target)) => join(parent(path), target).map(SmolStr::new),
            _ => None,
        }
    }
}

/// The id of a git object as content id; longer hashes are cut.
fn content_id(oid: &str) -> Result<ContentId, TreeError> {
    let mut id = [0; 20];
    for (byte, pair) in id.iter_mut().zip(oid.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).unwrap_or_default();
        *byte = u8::from_str_radix(pair, 16).map_err(|_| TreeError::Missing(oid.to_owned()))?;
    }
    Ok(ContentId(id))
}
