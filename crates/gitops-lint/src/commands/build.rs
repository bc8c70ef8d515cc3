//! `build`: what `kustomize build` prints.

use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::Arc;

use gitops_kustomize::{Context, Failure, LoadRestrictor, Memo, Options, Release, Rendered};
use gitops_model::{EntryKind, Tree};
use gitops_yaml::Sources;
use rayon::prelude::*;

use super::output::{print, write_file};
use crate::cli::{BuildArgs, Restrictor};
use crate::exit::{Exit, Stop, io};
use crate::git::kept_top;
use crate::problems;
use crate::settings::repo_map;
use crate::tree::{DirectoryTree, Mounted};

pub(crate) fn run(args: &BuildArgs) -> Result<Exit, Stop> {
    let folder = args.directory.canonicalize().map_err(io(&args.directory))?;
    // A base may lie anywhere in the repository; without one, anywhere, as for the original.
    let top = kept_top(&folder).unwrap_or(Path::new("/"));
    let tree: Arc<dyn Tree> = Arc::new(DirectoryTree::open(top).map_err(io(top))?);
    let (tree, repo_map) = Mounted::over(tree, repo_map(&args.repo_map)?)?;
    let root = relative(&folder, top);
    let load_restrictor = match args.load_restrictor {
        Restrictor::RootOnly => LoadRestrictor::RootOnly,
        Restrictor::None => LoadRestrictor::None,
    };
    let options =
        Options { release: Release::V5_8_2, load_restrictor, repo_map, ..Options::default() };
    let (sources, memo) = Default::default();
    let builder = Builder { tree, sources, memo, options };
    match &args.output_dir {
        Some(out) if args.all => builder.all(&root, out),
        _ => builder.one(&root),
    }
}

struct Builder {
    tree: Arc<dyn Tree>,
    /// Kept until the program ends, which frees them at once.
    sources: ManuallyDrop<Sources>,
    memo: ManuallyDrop<Memo>,
    options: Options,
}

impl Builder {
    fn build(&self, root: &str) -> Result<Arc<Rendered>, Arc<Failure>> {
        let cx = Context { tree: &*self.tree, sources: &self.sources, memo: &self.memo };
        gitops_kustomize::build(&cx, root, &self.options)
    }

    fn one(&self, root: &str) -> Result<Exit, Stop> {
        match self.build(root) {
            Ok(rendered) => {
                problems::print(&rendered.problems, "warning", &self.sources);
                print(&gitops_kustomize::print(&rendered.resources))?;
                Ok(Exit::Pass)
            }
            Err(failure) => {
                problems::print(&failure.problems, "error", &self.sources);
                Ok(Exit::Findings)
            }
        }
    }

    /// Builds every root below a folder into one file each.
    fn all(&self, top: &str, out: &Path) -> Result<Exit, Stop> {
        std::fs::create_dir_all(out).map_err(io(out))?;
        let mut roots = roots(&*self.tree, top);
        roots.par_sort();
        if roots.is_empty() {
            return Err(Stop::nothing("there is no kustomization below this folder"));
        }
        let failures: Vec<Option<String>> = roots
            .par_iter()
            .map(|root| {
                let name = root[top.len()..].trim_start_matches('/');
                let name = if name.is_empty() { "." } else { name };
                match self.build(root) {
                    Ok(rendered) => {
                        let file = out.join(format!("{}.yaml", name.replace('/', "~")));
                        write_file(&file, &gitops_kustomize::print(&rendered.resources))?;
                        self.memo.forget(root, &self.options);
                        Ok(None)
                    }
                    Err(failure) => Ok(Some(format!("{name}\t{}\n", cause(&failure)))),
                }
            })
            .collect::<Result<_, Stop>>()?;
        let failed: String = failures.into_iter().flatten().collect();
        write_file(&out.join("failures.tsv"), &failed)?;
        Ok(if failed.is_empty() { Exit::Pass } else { Exit::Findings })
    }
}

/// The first problem of a failure, on one line.
fn cause(failure: &Failure) -> String {
    let first = failure.problems.first().map(|p| p.message.as_str()).unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every directory at or below `directory` with a kustomization file.
fn roots(tree: &dyn Tree, directory: &str) -> Vec<String> {
    let entries = tree.list(directory);
    let is_root =
        |name: &str| matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization");
    let is_root = entries.iter().any(|(name, kind)| *kind == EntryKind::File && is_root(name));
    let directories = entries.par_iter().filter(|(_, kind)| *kind == EntryKind::Directory);
    let below = directories.map(|(name, _)| match directory {
        "" => name.to_string(),
        _ => format!("{directory}/{name}"),
    });
    // A linked directory is a second name of another one, or a circle.
    let below = below.filter(|path| tree.link_target(path).is_none());
    let mut found: Vec<String> = below.flat_map_iter(|path| roots(tree, &path)).collect();
    found.extend(is_root.then(|| directory.to_owned()));
    found
}

/// A path below `top` in the form of [`Tree`].
pub(crate) fn relative(path: &Path, top: &Path) -> String {
    let below = path.strip_prefix(top).unwrap_or(path);
    let parts: Vec<_> = below.iter().map(|p| p.to_string_lossy()).collect();
    parts.join("/")
}
