//! Rendering against merely parsing what is read, in one process and on one thread.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use gitops_kustomize::{Context, Memo, Options, print};
use gitops_model::{EntryKind, Tree, TreeError};
use gitops_yaml::{ContentId, SmolStr, Sources};
use walkdir::WalkDir;

/// The files of a repository in memory, and which of them were read.
#[derive(Default)]
struct Noted {
    files: HashMap<String, (ContentId, Arc<[u8]>)>,
    directories: HashSet<String>,
    read: Mutex<BTreeMap<ContentId, Arc<[u8]>>>,
}

/// Prints rendering and peak memory in terms of what is read; `fixed` is the peak of a run that reads nothing.
pub(crate) fn compare(
    repository: &Path,
    roots: &[PathBuf],
    peak: u64,
    fixed: u64,
) -> Result<(), String> {
    let noted = Noted::of(repository);
    let below = |root: &PathBuf| {
        let below = root.strip_prefix(repository).unwrap_or(root);
        below.to_string_lossy().into_owned()
    };
    let roots: Vec<String> = roots.iter().map(below).collect();
    let mut printed = 0;
    let mut render = |prints: bool| {
        let (sources, memo) = <(Sources, Memo)>::default();
        let cx = Context { tree: &noted, sources: &sources, memo: &memo };
        least(|| {
            let (sources, memo) = <(Sources, Memo)>::default();
            let cx = Context { sources: &sources, memo: &memo, ..cx };
            for root in &roots {
                let rendered = gitops_kustomize::build(&cx, root, &Options::default());
                if let (Ok(rendered), true) = (rendered, prints) {
                    printed += print(&rendered.resources).len();
                }
            }
        })
    };
    let (rendering, with_printing) = (render(false), render(true));
    let read = noted.read.into_inner().unwrap_or_else(PoisonError::into_inner);
    let texts: Vec<&str> = read.values().filter_map(|b| std::str::from_utf8(b).ok()).collect();
    let parsing = least(|| {
        texts.iter().for_each(|text| drop(yaml_rust2::YamlLoader::load_from_str(text)));
    });
    let bytes: usize = texts.iter().map(|t| t.len()).sum();
    println!(
        "  rendering: {rendering:.3} s, with printing {with_printing:.3} s; parsing the {:.1} MB read: \
         {parsing:.3} s; {:.1} and {:.1} times",
        bytes as f64 / 1e6,
        rendering / parsing,
        with_printing / parsing
    );
    println!(
        "  peak memory of build --all: {:.0} MB, {:.0} MB before anything is read; the rest is {:.1} times \
         what is read",
        peak as f64 / 1e6,
        fixed as f64 / 1e6,
        peak.saturating_sub(fixed) as f64 / bytes as f64
    );
    Ok(())
}

/// The least time of some runs, in seconds.
fn least(mut run: impl FnMut()) -> f64 {
    let once = |_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    (0..5).map(once).fold(f64::INFINITY, f64::min)
}

impl Noted {
    fn of(repository: &Path) -> Self {
        let mut noted = Self::default();
        for entry in WalkDir::new(repository).into_iter().filter_map(Result::ok) {
            let below = entry.path().strip_prefix(repository).unwrap_or(entry.path());
            let path = below.to_string_lossy().into_owned();
            match std::fs::read(entry.path()) {
                Ok(bytes) => drop(noted.files.insert(path, (ContentId::of(&bytes), bytes.into()))),
                Err(_) if entry.path().is_dir() => drop(noted.directories.insert(path)),
                Err(_) => {}
            }
        }
        noted
    }

    fn file(&self, path: &str) -> Result<&(ContentId, Arc<[u8]>), TreeError> {
        self.files.get(path).ok_or_else(|| TreeError::Missing(path.to_owned()))
    }
}

impl Tree for Noted {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        let directory = || self.directories.contains(path).then_some(EntryKind::Directory);
        self.files.get(path).map(|_| EntryKind::File).or_else(directory)
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        self.file(path).map(|(id, _)| *id)
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        let (id, bytes) = self.file(path)?;
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.entry(*id).or_insert_with(|| bytes.clone());
        Ok(bytes.clone())
    }

    /// Rendering asks for no list.
    fn list(&self, _: &str) -> Vec<(SmolStr, EntryKind)> {
        Vec::new()
    }
}
