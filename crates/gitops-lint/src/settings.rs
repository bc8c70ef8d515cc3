//! What holds for a run besides the two states: configuration, versions, modes, mapped folders.

use std::path::Path;

use gitops_config::Config;
use gitops_model::{ApplyMode, KubernetesVersion, Problem, Tree};
use gitops_yaml::{ContentId, Sources};

use crate::cli::{Mode, Reading};
use crate::exit::{Stop, io};
use crate::states::States;
use crate::tree::RepoMap;

/// The settings of a run.
pub(crate) struct Settings {
    /// The configuration.
    pub(crate) config: Config,
    /// What is wrong with it.
    pub(crate) problems: Vec<Problem>,
    /// The API server's release, unless a cluster's configuration says otherwise.
    pub(crate) version: KubernetesVersion,
    /// How all objects are written; absent where it depends on what manages them.
    pub(crate) mode: Option<ApplyMode>,
}

impl Settings {
    /// Reads the configuration from a file named on the command line, else from the base, so that a change
    /// cannot loosen its own gate, else from the head. Folders that the command line maps to other
    /// repositories are mounted into both states.
    pub(crate) fn read(
        reading: &Reading,
        states: &mut States,
        sources: &Sources,
    ) -> Result<Self, Stop> {
        let (mut config, problems) = match &reading.config {
            Some(path) => from_disk(path, sources)?,
            None => from_trees(&[&*states.base, &*states.head], sources)?,
        };
        config.repo_map.extend(states.mount(repo_map(&reading.repo_map)?)?);
        let version = match &reading.kubernetes_version {
            Some(text) => release(text)?,
            None => KubernetesVersion::NEWEST,
        };
        let mode = reading.apply_mode.map(|mode| match mode {
            Mode::Ssa => ApplyMode::ServerSide,
            Mode::Csa => ApplyMode::ClientSide,
            Mode::Replace => ApplyMode::Replace,
        });
        Ok(Self { config, problems, version, mode })
    }
}

fn from_disk(path: &Path, sources: &Sources) -> Result<(Config, Vec<Problem>), Stop> {
    #[expect(clippy::disallowed_methods, reason = "this crate does the IO")]
    let bytes = std::fs::read(path).map_err(io(path))?;
    Ok(parse(&path.to_string_lossy(), &bytes, sources))
}

fn from_trees(trees: &[&dyn Tree], sources: &Sources) -> Result<(Config, Vec<Problem>), Stop> {
    let Some(tree) = trees.iter().find(|t| t.kind(gitops_config::FILE).is_some()) else {
        return Ok(Default::default());
    };
    let bytes = tree.read(gitops_config::FILE).map_err(|e| Stop::new(e.to_string()))?;
    Ok(parse(gitops_config::FILE, &bytes, sources))
}

fn parse(path: &str, bytes: &[u8], sources: &Sources) -> (Config, Vec<Problem>) {
    gitops_config::read(&sources.load(path, ContentId::of(bytes), bytes))
}

/// Reads `--repo-map URL=DIR`.
pub(crate) fn repo_map(given: &[String]) -> Result<RepoMap, Stop> {
    let pair = |text: &String| {
        let pair = text.rsplit_once('=').map(|(url, dir)| (url.to_owned(), dir.to_owned()));
        pair.ok_or_else(|| Stop::new(format!("`--repo-map {text}` is not of the form `URL=DIR`")))
    };
    given.iter().map(pair).collect()
}

/// Reads `--kubernetes-version`; of a release to come nothing is known.
fn release(text: &str) -> Result<KubernetesVersion, Stop> {
    let newest = KubernetesVersion::NEWEST;
    let known = KubernetesVersion::parse(text).filter(|version| *version <= newest);
    known.ok_or_else(|| {
        Stop::new(format!(
            "`--kubernetes-version {text}` is no release that is known here; the newest is `{newest}`"
        ))
    })
}
