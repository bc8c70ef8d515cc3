//! Measures the program against the real kustomize, against parsing alone, and against itself on fleets of
//! growing size. What is printed are ratios, each of the least of some runs: of processor time, on which other
//! work on the machine counts little, and of the time that passes.

mod clusters;
mod fleets;
mod measure;
mod parse;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use measure::{Cost, cost};
use walkdir::WalkDir;

/// How many roots the real kustomize builds; the loop over all is worked out from them.
const MOST_ROOTS: usize = 40;

/// How often a run of seconds is repeated, and one of milliseconds.
const FEW: usize = 3;
const MANY: usize = 40;

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (mut kustomize, mut flux, mut repositories) = (None, None, arguments);
    while let [flag, bin, rest @ ..] = repositories {
        match flag.as_str() {
            "--kustomize" => kustomize = Some(Path::new(bin)),
            "--flux" => flux = Some(Path::new(bin)),
            _ => break,
        }
        repositories = rest;
    }
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/release/gitops-lint");
    if !program.exists() {
        return Err("there is no program yet; run `cargo build --release`".to_owned());
    }
    let out = tempfile::tempdir().map_err(|e| e.to_string())?;
    let bench = Bench { program, kustomize, flux, out };
    for repository in repositories {
        bench.repository(&Path::new(repository).canonicalize().map_err(|e| e.to_string())?)?;
    }
    bench.fleets()
}

struct Bench<'b> {
    program: PathBuf,
    kustomize: Option<&'b Path>,
    flux: Option<&'b Path>,
    out: tempfile::TempDir,
}

impl Bench<'_> {
    fn repository(&self, repository: &Path) -> Result<(), String> {
        let roots = roots(repository);
        let Some(small) = roots.first() else { return Ok(()) };
        println!("{}: {} roots", repository.display(), roots.len());
        let ours = self.build_all(repository)?;
        let one = self.ours(&["build", &small.to_string_lossy()], MANY)?;
        if let Some(kustomize) = self.kustomize {
            let theirs = |root: &PathBuf| cost(kustomize, &["build", &root.to_string_lossy()], FEW);
            let all = clusters::over_some(&roots, theirs)?;
            row("build --all", ours, "a loop of kustomize build", all);
            row("build, one root", one, "kustomize build", theirs(small)?);
        }
        self.clusters(repository)?;
        let empty = self.out.path().join("empty");
        std::fs::create_dir_all(&empty).map_err(|e| e.to_string())?;
        parse::compare(repository, &roots, ours.peak, self.build_all(&empty)?.peak)
    }

    fn build_all(&self, repository: &Path) -> Result<Cost, String> {
        let out = self.out.path().join("roots");
        let (repository, out) = (repository.to_string_lossy(), out.to_string_lossy());
        self.ours(&["build", "--all", &repository, "--output-dir", &out], FEW)
    }

    fn ours(&self, arguments: &[&str], runs: usize) -> Result<Cost, String> {
        cost(&self.program, arguments, runs)
    }
}

/// One comparison: how many times faster.
fn row(what: &str, ours: Cost, their_what: &str, theirs: Cost) {
    let times = |part: fn(&Cost) -> f64| part(&theirs) / part(&ours).max(f64::EPSILON);
    println!(
        "  {what}: {:.4} s, {:.4} s elapsed; {their_what}: {:.3} s, {:.3} s elapsed; {:.0} times, {:.0} elapsed",
        ours.seconds,
        ours.elapsed,
        theirs.seconds,
        theirs.elapsed,
        times(|c| c.seconds),
        times(|c| c.elapsed)
    );
}

/// The kustomization roots below a folder.
fn roots(repository: &Path) -> Vec<PathBuf> {
    let is_root =
        |name: &str| matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization");
    let files = WalkDir::new(repository).into_iter().filter_map(Result::ok);
    let files =
        files.filter(|e| e.file_type().is_file() && e.file_name().to_str().is_some_and(is_root));
    let folders: BTreeSet<PathBuf> =
        files.filter_map(|e| Some(e.path().parent()?.to_owned())).collect();
    folders.into_iter().collect()
}
