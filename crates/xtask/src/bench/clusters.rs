//! All Flux Kustomizations of a repository, against builds of each by the real programs.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;
use yaml_rust2::{Yaml, YamlLoader};

use super::measure::{Cost, cost};
use super::{Bench, FEW, MOST_ROOTS, row};

/// A Flux Kustomization of the repository.
struct Kustomization {
    name: String,
    namespace: String,
    path: PathBuf,
    /// The object itself.
    text: String,
}

impl Bench<'_> {
    /// `render --all-clusters` against `kustomize build` and `flux build` of each Kustomization.
    pub(super) fn clusters(&self, repository: &Path) -> Result<(), String> {
        if self.kustomize.is_none() && self.flux.is_none() {
            return Ok(());
        }
        let out = self.out.path().join("clusters");
        let _ = std::fs::remove_dir_all(&out);
        let (repository_text, out_text) = (repository.to_string_lossy(), out.to_string_lossy());
        let ours = ["render", &repository_text, "--all-clusters", "--output-dir", &out_text];
        let ours = self.ours(&ours, FEW)?;
        let found = kustomizations(&out, repository);
        if found.is_empty() {
            return Ok(());
        }
        if let Some(kustomize) = self.kustomize {
            let theirs = over_some(&found, |k| {
                let folder = repository.join(&k.path);
                cost(kustomize, &["build", &folder.to_string_lossy()], FEW)
            })?;
            row("render, all clusters", ours, "kustomize build of their paths", theirs);
        }
        if let Some(flux) = self.flux {
            // `flux build` writes into the folder that it builds.
            let copy = tempfile::tempdir().map_err(|e| e.to_string())?;
            copy_files(repository, copy.path()).map_err(|e| e.to_string())?;
            let file = self.out.path().join("object.yaml");
            let theirs = over_some(&found, |k| {
                std::fs::write(&file, &k.text).map_err(|e| e.to_string())?;
                let folder = copy.path().join(&k.path);
                let (folder, file) = (folder.to_string_lossy(), file.to_string_lossy());
                let what = ["build", "kustomization", &k.name, "-n", &k.namespace];
                let from = ["--path", &folder, "--kustomization-file", &file, "--dry-run"];
                cost(flux, &[what.as_slice(), &from].concat(), 1)
            })?;
            row("render, all clusters", ours, "a loop of flux build", theirs);
        }
        Ok(())
    }
}

/// The cost of all, worked out from some.
pub(super) fn over_some<T>(
    all: &[T],
    each: impl Fn(&T) -> Result<Cost, String>,
) -> Result<Cost, String> {
    let step = all.len().div_ceil(MOST_ROOTS).max(1);
    let costs = all.iter().step_by(step).map(each).collect::<Result<Vec<_>, _>>()?;
    let times = all.len() as f64 / costs.len() as f64;
    let sum = |part: fn(&Cost) -> f64| costs.iter().map(part).sum::<f64>() * times;
    Ok(Cost { seconds: sum(|c| c.seconds), elapsed: sum(|c| c.elapsed), peak: 0 })
}

/// The Flux Kustomizations among rendered objects whose folders are in the repository.
fn kustomizations(rendered: &Path, repository: &Path) -> Vec<Kustomization> {
    let files = WalkDir::new(rendered).sort_by_file_name().into_iter().filter_map(Result::ok);
    let texts = files.filter_map(|e| std::fs::read_to_string(e.path()).ok());
    let documents = texts.flat_map(|t| t.split("\n---\n").map(str::to_owned).collect::<Vec<_>>());
    let mut found: Vec<Kustomization> = documents.filter_map(kustomization).collect();
    found.retain(|k| repository.join(&k.path).join("kustomization.yaml").exists());
    found
}

fn kustomization(text: String) -> Option<Kustomization> {
    let documents = YamlLoader::load_from_str(&text).unwrap_or_default();
    let object = documents.first()?;
    let is_flux = object["kind"].as_str() == Some("Kustomization")
        && object["apiVersion"].as_str()?.starts_with("kustomize.toolkit.");
    let field = |of: &Yaml, name: &str| of[name].as_str().map(str::to_owned);
    let (metadata, spec) = (&object["metadata"], &object["spec"]);
    let path = spec["path"].as_str().unwrap_or_default().trim_start_matches("./");
    is_flux.then_some(())?;
    Some(Kustomization {
        name: field(metadata, "name")?,
        namespace: field(metadata, "namespace").unwrap_or_else(|| "flux-system".to_owned()),
        path: path.trim_matches('/').into(),
        text,
    })
}

fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    let entries = WalkDir::new(from).into_iter().filter_entry(|e| e.file_name() != ".git");
    for entry in entries.filter_map(Result::ok) {
        let at = to.join(entry.path().strip_prefix(from).unwrap_or(entry.path()));
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&at)?;
        } else if entry.file_type().is_file() {
            std::fs::copy(entry.path(), &at)?;
        }
    }
    Ok(())
}
