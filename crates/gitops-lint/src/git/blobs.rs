//! The content of blobs.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use gitops_yaml::SmolStr;

use super::command::command;

/// Reads blobs through one `git cat-file --batch` process.
pub(super) struct BlobStore {
    top: PathBuf,
    process: Mutex<Option<CatFile>>,
    /// What was read ahead.
    read: RwLock<HashMap<SmolStr, Arc<[u8]>>>,
}

struct CatFile {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl BlobStore {
    /// Reads the blobs of a clone; the process is started when the first is asked for.
    pub(super) fn new(top: &Path) -> Self {
        let (process, read) = Default::default();
        Self { top: top.to_owned(), process, read }
    }

    /// The bytes of a blob.
    pub(super) fn read(&self, oid: &str) -> Result<Arc<[u8]>, String> {
        let known = self.read.read().unwrap_or_else(PoisonError::into_inner).get(oid).cloned();
        if let Some(bytes) = known {
            return Ok(bytes);
        }
        let found = self.ask(|git| git.read(oid)).map_err(|e| e.to_string())?;
        found.ok_or_else(|| {
            format!("blob {oid} is not in this clone; run `git fetch --refetch --no-filter`")
        })
    }

    /// Reads many blobs at once, for [`BlobStore::read`]; what goes wrong is said there.
    pub(super) fn read_ahead(&self, oids: impl Iterator<Item = SmolStr>) {
        let read = || self.read.read().unwrap_or_else(PoisonError::into_inner);
        let mut oids: Vec<SmolStr> = oids.filter(|oid| !read().contains_key(oid)).collect();
        oids.sort();
        oids.dedup();
        let found = self.ask(|git| git.read_all(&oids)).unwrap_or_default();
        let found = oids.into_iter().zip(found).filter_map(|(oid, bytes)| Some((oid, bytes?)));
        self.read.write().unwrap_or_else(PoisonError::into_inner).extend(found);
    }

    /// Asks the process, which is started for the first question and again after a failure.
    fn ask<T>(
        &self,
        question: impl FnOnce(&mut CatFile) -> std::io::Result<T>,
    ) -> std::io::Result<T> {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let mut git = match process.take() {
            Some(git) => git,
            None => CatFile::start(&self.top)?,
        };
        let answer = question(&mut git)?;
        *process = Some(git);
        Ok(answer)
    }
}

impl CatFile {
    fn start(top: &Path) -> std::io::Result<Self> {
        let mut git = command(top, &["cat-file", "--batch"]);
        let mut child =
            git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let missing = || std::io::Error::other("git gave no pipe");
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = BufReader::new(child.stdout.take().ok_or_else(missing)?);
        Ok(Self { child, input, output })
    }

    fn read(&mut self, oid: &str) -> std::io::Result<Option<Arc<[u8]>>> {
        self.input.write_all(format!("{oid}\n").as_bytes())?;
        answer(&mut self.output)
    }

    fn read_all(&mut self, oids: &[SmolStr]) -> std::io::Result<Vec<Option<Arc<[u8]>>>> {
        let questions: String = oids.iter().flat_map(|oid| [oid.as_str(), "\n"]).collect();
        std::thread::scope(|scope| {
            // Git answers while it is still being asked: who only wrote would wait for it forever.
            let input = &mut self.input;
            scope.spawn(move || input.write_all(questions.as_bytes()));
            oids.iter().map(|_| answer(&mut self.output)).collect()
        })
    }
}

/// The next blob that git gives; none if it has not got it.
fn answer(output: &mut impl BufRead) -> std::io::Result<Option<Arc<[u8]>>> {
    let mut header = String::new();
    if output.read_line(&mut header)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    // <object> SP <type> SP <size>, or <object> SP missing
    let size = header.trim_end().rsplit(' ').next().and_then(|s| s.parse::<usize>().ok());
    let Some(size) = size else { return Ok(None) };
    let mut bytes = vec![0; size + 1];
    output.read_exact(&mut bytes)?;
    bytes.pop();
    Ok(Some(bytes.into()))
}

impl Drop for CatFile {
    fn drop(&mut self) {
        // The process ends with its input; waiting for it leaves no zombie behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
