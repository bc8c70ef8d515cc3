//! Manifests that stand among those of a kustomization and that it does not name.

use gitops_model::{Problem, ProblemKind, Resource};
use gitops_yaml::SmolStr;

use crate::files::{load, parent};
use crate::flux::{FILE_NAMES, is_kustomization};
use crate::follow::Fleet;
use crate::{Changed, World, folder};

impl Fleet {
    /// The changed manifests that nothing applies, as the kustomization around them names others of their kind and
    /// not them. Each by the line of its first object.
    #[must_use]
    pub fn unlisted(&self, world: &World<'_>, changed: &Changed<'_>) -> Vec<Problem> {
        changed.paths.iter().filter_map(|path| self.unlisted_file(world, path)).collect()
    }

    fn unlisted_file(&self, world: &World<'_>, path: &str) -> Option<Problem> {
        let root = self.root_around(path)?;
        let objects = manifest(world, path).filter(|_| !self.is_named(world, root, path))?;
        let kustomization =
            kustomization(world, root).filter(|_| !renders(world, root, &objects))?;
        let first = objects.first()?.body.entries().first()?.key_span;
        let below = path.get(root.len()..)?.trim_start_matches('/');
        let message = format!(
            "nothing applies `{path}`: `{kustomization}` names others beside it, and not `{below}`"
        );
        Some(
            Problem::new(ProblemKind::Unlisted, message, Some(first))
                .help(format!("add it to `resources` in `{kustomization}`, or take it away")),
        )
    }

    /// The kustomization in whose folder a file stands, or in a folder below it of which it names the like:
    /// `b/ks.yaml` where it names `a/ks.yaml`.
    fn root_around<'p>(&self, path: &'p str) -> Option<&'p str> {
        let folder = parent(path);
        if is_kustomization(path) || self.is_applied(path) {
            return None;
        }
        if self.roots.contains(folder) {
            return Some(folder);
        }
        let above = parent(folder);
        let like = |used: &SmolStr| {
            name(used) == name(path) && parent(used) != folder && parent(parent(used)) == above
        };
        let is_like = !folder.is_empty() && self.roots.contains(above);
        (is_like && self.roots.used_in(above).iter().any(like)).then_some(above)
    }

    /// Whether something that is known applies the file, or its folder as a whole.
    fn is_applied(&self, path: &str) -> bool {
        let folder = parent(path);
        let in_folder = !self.roots.contains(folder)
            && (self.hubs.reach(folder) || self.found.reached.contains(folder));
        in_folder || self.roots.is_used(path) || self.found.reached.contains(path)
    }

    /// Whether any YAML file beside the kustomization speaks of the file, if only in a comment.
    fn is_named(&self, world: &World<'_>, root: &str, path: &str) -> bool {
        let below = self.scan.below(root).iter().filter(|p| parent(p) == root && *p != path);
        let word = match parent(path) == root {
            true => name(path),
            false => name(parent(path)),
        };
        let speaks = |p: &SmolStr| {
            let bytes = world.tree.read(p).unwrap_or_default();
            String::from_utf8_lossy(&bytes).contains(word)
        };
        below.into_iter().any(speaks)
    }
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The objects of a file that can be read and is none of kustomize's own.
fn manifest(world: &World<'_>, path: &str) -> Option<Vec<Resource>> {
    let file = load(world.sources, world.tree.as_ref(), path).ok()?;
    let documents = file.documents.iter().filter(|d| d.get("apiVersion").is_some());
    let objects: Vec<Resource> = documents.filter_map(|d| Resource::new(d.clone())).collect();
    let foreign = |o: &Resource| o.gvk.group != "kustomize.config.k8s.io";
    (file.errors.is_empty() && objects.iter().all(foreign)).then_some(objects)
}

/// Whether the objects are what a root renders: its output, kept for review.
fn renders(world: &World<'_>, root: &str, objects: &[Resource]) -> bool {
    folder::rendered(world, root).is_ok_and(|built| {
        let renders = |o: &Resource| built.resources.iter().any(|r| r.key == o.key);
        objects.iter().any(renders)
    })
}

fn kustomization(world: &World<'_>, root: &str) -> Option<String> {
    let paths = FILE_NAMES.map(|name| crate::files::join(root, name));
    paths.into_iter().find(|path| world.tree.kind(path).is_some())
}
