//! A case on disk: the files of a repository and the root to build.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// What to build.
pub(super) struct Case {
    pub(super) name: String,
    /// The texts by their paths.
    pub(super) files: BTreeMap<String, String>,
    /// The root, relative to the files.
    pub(super) root: String,
    /// Further arguments of `kustomize build`.
    pub(super) arguments: Vec<String>,
}

/// The cases of a folder, by name: folders with `input/` and perhaps `meta.json` (`dir`, `args`), or texts
/// with files behind `=== path`, as those of `testdata/kustomize`.
pub(super) fn read_all(folder: &Path) -> Result<Vec<Case>, String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    paths.iter().filter_map(|path| read(path).transpose()).collect()
}

fn read(path: &Path) -> Result<Option<Case>, String> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if path.extension().is_some_and(|e| e == "txt") {
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let files = page(&text);
        return Ok(Some(Case { name, files, root: String::new(), arguments: Vec::new() }));
    }
    let input = path.join("input");
    if !input.is_dir() {
        return Ok(None);
    }
    let meta = fs::read(path.join("meta.json")).unwrap_or_else(|_| b"{}".to_vec());
    let meta: Value =
        serde_json::from_slice(&meta).map_err(|e| format!("{}: {e}", path.display()))?;
    let root = meta["dir"].as_str().unwrap_or_default().trim_matches(['.', '/']).to_owned();
    let arguments = meta["args"].as_array().into_iter().flatten();
    let arguments = arguments.filter_map(|a| a.as_str().map(str::to_owned)).collect();
    Ok(Some(Case { name, files: texts(&input)?, root, arguments }))
}

/// The files of a text; the last, `expected.yaml` or `error`, is what must come out.
fn page(text: &str) -> BTreeMap<String, String> {
    let parts = text.split("=== ").skip(1).filter_map(|part| part.split_once('\n'));
    let files = parts.map(|(path, text)| (path.trim().to_owned(), text.to_owned()));
    files.filter(|(path, _)| path != "expected.yaml" && path != "error").collect()
}

fn texts(top: &Path) -> Result<BTreeMap<String, String>, String> {
    let files = walkdir::WalkDir::new(top).into_iter().filter_map(Result::ok);
    let files = files.filter(|entry| entry.path().is_file());
    let read = |entry: walkdir::DirEntry| {
        let path = entry.path().strip_prefix(top).unwrap_or(entry.path());
        let bytes = fs::read(entry.path()).map_err(|e| format!("{}: {e}", path.display()))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok((path.to_string_lossy().into_owned(), text))
    };
    files.map(read).collect()
}
