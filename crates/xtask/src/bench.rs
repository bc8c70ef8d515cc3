//! Measures the program against the real kustomize, against parsing alone, and against itself on fleets of
//! growing size. What is printed are ratios of processor time, each of the least of some runs, so that other
//! work on the machine counts little.

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
    let (kustomize, repositories) = match arguments {
        [flag, bin, rest @ ..] if flag == "--kustomize" => (Some(Path::new(bin)), rest),
        rest => (None, rest),
    };
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/release/gitops-lint");
    if !program.exists() {
        return Err("there is no program yet; run `cargo build --release`".to_owned());
    }
    let bench = Bench { program, kustomize, out: tempfile::tempdir().map_err(|e| e.to_string())? };
    for repository in repositories {
        bench.repository(&Path::new(repository).canonicalize().map_err(|e| e.to_string())?)?;
    }
    bench.fleets()
}

struct Bench<'b> {
    program: PathBuf,
    kustomize: Option<&'b Path>,
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
            let theirs = |root: &Path| cost(kustomize, &["build", &root.to_string_lossy()], FEW);
            let step = roots.len().div_ceil(MOST_ROOTS);
            let some: Vec<&PathBuf> = roots.iter().step_by(step).collect();
            let costs = some.iter().map(|root| theirs(root)).collect::<Result<Vec<_>, _>>()?;
            let sum: f64 = costs.iter().map(|c| c.seconds).sum();
            let all = sum * roots.len() as f64 / some.len() as f64;
            row("build --all", ours.seconds, "a loop of kustomize build", all);
            row("build, one root", one.seconds, "kustomize build", theirs(small)?.seconds);
            self.clusters(repository, kustomize)?;
        }
        parse::compare(repository, &roots, ours.peak)
    }

    /// All Flux Kustomizations of a repository against a build of the folder of each.
    fn clusters(&self, repository: &Path, kustomize: &Path) -> Result<(), String> {
        let out = self.out.path().join("clusters");
        let (repository_text, out_text) = (repository.to_string_lossy(), out.to_string_lossy());
        let ours = ["render", &repository_text, "--all-clusters", "--output-dir", &out_text];
        let ours = self.ours(&ours, FEW)?;
        let rendered = WalkDir::new(&out).into_iter().filter_map(Result::ok);
        let texts = rendered.filter_map(|e| std::fs::read_to_string(e.path()).ok());
        let mut folders: Vec<PathBuf> = texts.flat_map(|t| paths(&t)).collect();
        folders.retain(|folder| repository.join(folder).join("kustomization.yaml").exists());
        let step = folders.len().div_ceil(MOST_ROOTS).max(1);
        let some: Vec<&PathBuf> = folders.iter().step_by(step).collect();
        let mut sum = 0.0;
        for folder in &some {
            let folder = repository.join(folder);
            sum += cost(kustomize, &["build", &folder.to_string_lossy()], FEW)?.seconds;
        }
        if !some.is_empty() {
            let all = sum * folders.len() as f64 / some.len() as f64;
            row("render, all clusters", ours.seconds, "kustomize build of their paths", all);
        }
        Ok(())
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
fn row(ours: &str, seconds: f64, theirs: &str, their_seconds: f64) {
    let times = their_seconds / seconds.max(f64::EPSILON);
    println!("  {ours}: {seconds:.4} s; {theirs}: {their_seconds:.3} s; {times:.0} times");
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

/// The folders that the Flux Kustomizations of a text name.
fn paths(text: &str) -> Vec<PathBuf> {
    let documents = yaml_rust2::YamlLoader::load_from_str(text).unwrap_or_default();
    let is_flux = |d: &&yaml_rust2::Yaml| {
        d["kind"].as_str() == Some("Kustomization")
            && d["apiVersion"].as_str().is_some_and(|v| v.starts_with("kustomize.toolkit."))
    };
    let path = |d: &yaml_rust2::Yaml| Some(d["spec"]["path"].as_str()?.trim_matches('/').into());
    documents.iter().filter(is_flux).filter_map(path).collect()
}
