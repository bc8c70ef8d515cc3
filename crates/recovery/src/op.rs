//! What recipes do to files, one function for each word that their steps use.

use std::collections::BTreeSet;

use gitops_model::{Controller, Resource, Unit};
use gitops_yaml::{ContentId, Entry, Exposure, KeyOrder, Node, Origin, PrintOptions, Span, print};
use serde::Deserialize;

use crate::edit::Edit;
use crate::ground::{ByHand, Ground};
use crate::place;

/// A word of a recipe's `edits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Op {
    /// The object is marked not to be pruned.
    Guard,
    /// The object is marked to be deleted and created again, once.
    Force,
    /// The owner leaves behind what it applied when it goes.
    Release,
    /// The owner deletes nothing that it no longer renders.
    StopPruning,
    /// The versions that a definition drops are still served.
    KeepVersions,
    /// The new object gets a name of its own.
    Rename,
}

/// An object on one cluster, and where its edits go.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    /// The files of the step.
    pub(crate) ground: Ground<'a>,
    /// The object before and after, with what applies it.
    pub(crate) old: Option<(&'a Unit, &'a Resource)>,
    pub(crate) new: Option<(&'a Unit, &'a Resource)>,
    /// Whether the step stands on the state with the change.
    pub(crate) changed: bool,
}

/// How objects are written to files.
const WRITTEN: PrintOptions =
    PrintOptions { keys: KeyOrder::Written, through_json: false, width: usize::MAX, mask: None };

impl<'a> Target<'a> {
    /// The edits of a word.
    pub(crate) fn edits(&self, op: Op) -> Result<Vec<Edit>, ByHand> {
        match op {
            Op::Guard => self.mark(Mark::KEEP),
            Op::Force => self.mark(Mark::FORCE),
            Op::Release => self.release(),
            Op::StopPruning => self.stop_pruning(),
            Op::KeepVersions => self.keep_versions(),
            Op::Rename => self.rename(),
        }
    }

    fn after(&self) -> Result<(&'a Unit, &'a Resource), ByHand> {
        self.new.ok_or_else(|| "the object is not there after the change".to_owned())
    }

    fn before(&self) -> Result<(&'a Unit, &'a Resource), ByHand> {
        self.old.ok_or_else(|| "the object is not there before the change".to_owned())
    }

    /// The object in the state that the step stands on.
    fn present(&self) -> Result<(&'a Unit, &'a Resource), ByHand> {
        if self.changed { self.after() } else { self.before() }
    }

    fn mark(&self, mark: Mark) -> Result<Vec<Edit>, ByHand> {
        let (unit, object) = self.present()?;
        let (key, value) = match unit.controller {
            Controller::Flux => mark.flux,
            Controller::ArgoCd => (SYNC_OPTIONS, mark.argo),
            Controller::None => {
                return Err(format!("tell what applies this folder to {}", mark.said));
            }
        };
        let known = object.annotation(key).filter(|_| key == SYNC_OPTIONS);
        let value = known.map_or_else(|| value.to_owned(), |known| format!("{known},{value}"));
        self.annotate(unit, object, key, &format!("\"{value}\"")).map(|e| vec![e])
    }

    /// Writes an annotation where the object is written, else as a patch of what renders it.
    fn annotate(
        &self,
        unit: &Unit,
        object: &Resource,
        key: &str,
        value: &str,
    ) -> Result<Edit, ByHand> {
        let written = self.set(object, &["metadata", "annotations", key], value);
        written.or_else(|why| {
            let name = object.stable_name.as_ref().unwrap_or(&object.key.name);
            let (kind, name) = (&object.gvk.kind, self.ground.name_in(&unit.path, name));
            let patch = format!(
                "target: {{kind: {kind}, name: {name}}}\npatch: |\n  apiVersion: {}\n  kind: {kind}\n  metadata:\n    name: {name}\n    annotations:\n      {key}: {value}\n",
                object.gvk.api_version(),
            );
            self.ground.add_patch(&unit.path, &patch).map_err(|_| why)
        })
    }

    /// Sets a value, by the line that wrote it last or in the object's manifest; the value is YAML.
    fn set(&self, object: &Resource, path: &[&str], value: &str) -> Result<Edit, ByHand> {
        if let Some(node) = object.at(path) {
            let file = self.ground.file_of(node.span())?;
            return Ok(place::replace(&file, node.span(), value));
        }
        let manifest = self.ground.manifest(object)?;
        let document = manifest.document();
        let there = |depth: usize| document.and_then(|d| d.at(path.get(..depth)?));
        let depth = (0..path.len()).rev().find(|d| there(*d).is_some_and(|n| n.as_map().is_some()));
        let edit = depth.and_then(|depth| {
            place::add_key(&manifest.file, there(depth)?, path.get(depth..)?, value)
        });
        edit.ok_or_else(|| format!("write `{}: {value}` on `{}`", path.join("."), object.key))
    }

    /// A Kustomization that does not prune, and an Application without finalizers, go alone.
    fn release(&self) -> Result<Vec<Edit>, ByHand> {
        let (unit, _) = self.before()?;
        if unit.controller != Controller::ArgoCd {
            return self.stop_pruning();
        }
        let owner = owner(unit)?;
        let manifest = self.ground.manifest(owner)?;
        let metadata = manifest.document().and_then(|d| d.get("metadata"));
        let entry = metadata.and_then(|m| m.entry("finalizers"));
        let entry = entry.ok_or_else(|| format!("take the finalizers of `{}` away", unit.id))?;
        let span = Span { start: entry.key_span.end, ..entry.value.span() };
        Ok(vec![place::replace(&manifest.file, span, ": []")])
    }

    fn stop_pruning(&self) -> Result<Vec<Edit>, ByHand> {
        let (unit, _) = self.present()?;
        let field: &[&str] = match unit.controller {
            Controller::ArgoCd => &["spec", "syncPolicy", "automated", "prune"],
            _ => &["spec", "prune"],
        };
        self.set(owner(unit)?, field, "false").map(|e| vec![e])
    }

    fn keep_versions(&self) -> Result<Vec<Edit>, ByHand> {
        let ((_, old), (_, new)) = (self.before()?, self.after()?);
        let versions =
            |object: &'a Resource| object.at(&["spec", "versions"]).map_or(&[][..], Node::items);
        let name = |v: &Node| v.get("name").and_then(Node::text).map(str::to_owned);
        let gone =
            versions(old).iter().filter(|v| versions(new).iter().all(|n| name(n) != name(v)));
        let manifest = self.ground.manifest(new)?;
        let list = manifest.document().and_then(|d| d.at(&["spec", "versions"]));
        let list = list.ok_or_else(|| format!("keep the versions of `{}`", new.key))?;
        let kept = gone.map(|version| {
            let mut version = version.clone();
            for entry in version.as_map_mut().into_iter().flatten() {
                if entry.key == "storage" {
                    entry.value = Node::scalar(
                        gitops_yaml::Scalar::plain("false"),
                        entry.value.origin.clone(),
                    );
                }
            }
            place::add_item(&manifest.file, list, &print(&version, &WRITTEN))
                .ok_or_else(|| format!("keep the versions of `{}`", new.key))
        });
        kept.collect()
    }

    fn rename(&self) -> Result<Vec<Edit>, ByHand> {
        let (_, new) = self.after()?;
        let manifest = self.ground.manifest(new)?;
        let name = manifest.document().and_then(|d| d.at(&["metadata", "name"]));
        let name = name.ok_or_else(|| format!("give `{}` another name", new.key))?;
        let old = self.before().ok().map(|(_, old)| old);
        let text = format!("{}-{}", name.text().unwrap_or_default(), digest(old, new));
        Ok(vec![place::replace(&manifest.file, name.span(), text)])
    }
}

/// The object that declares a unit.
fn owner(unit: &Unit) -> Result<&Resource, ByHand> {
    unit.object.as_deref().ok_or_else(|| format!("`{}` is not written here", unit.id))
}

const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";

/// A mark on an object, as each controller reads it.
#[derive(Clone, Copy)]
struct Mark {
    flux: (&'static str, &'static str),
    argo: &'static str,
    said: &'static str,
}

impl Mark {
    const KEEP: Self = Self {
        flux: ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
        argo: "Prune=false",
        said: "keep the object when it leaves the folder",
    };
    const FORCE: Self = Self {
        flux: ("kustomize.toolkit.fluxcd.io/force", "enabled"),
        argo: "Force=true,Replace=true",
        said: "delete and create the object",
    };
}

/// The temporary name of a copy.
pub(crate) fn copy_name(object: &Resource) -> String {
    format!("{}-next", object.key.name)
}

/// The name that [`Op::Rename`] gives.
pub(crate) fn new_name(old: Option<&Resource>, object: &Resource) -> String {
    format!("{}-{}", object.key.name, digest(old, object))
}

/// Six digits that change with the values that come to the object, wherever in it, so that they are the same in all
/// overlays to which a base brings them.
fn digest(old: Option<&Resource>, new: &Resource) -> String {
    let written = |node: &Node| print(node, &WRITTEN);
    let changes = old.map(|old| gitops_compare::fields(old, new)).unwrap_or_default();
    let mut come: BTreeSet<String> =
        changes.iter().filter_map(|change| change.after.as_ref().map(written)).collect();
    if come.is_empty() {
        come.insert(written(new.at(&["spec"]).unwrap_or(&new.body)));
    }
    let id = ContentId::of(come.into_iter().collect::<String>().as_bytes());
    id.0.iter().take(3).map(|byte| format!("{byte:02x}")).collect()
}

/// An object under its temporary name, as a file to apply beside it.
pub(crate) fn copied(object: &Resource) -> Result<String, ByHand> {
    let mut body = object.body.clone();
    let mut open = true;
    body.walk(&mut |n| open &= n.as_scalar().is_none_or(|s| s.exposure == Exposure::Open));
    if !open {
        return Err(format!(
            "write `{}` as `{}`: it has secret values",
            object.key,
            copy_name(object)
        ));
    }
    if let Some(node) = body.at_mut(&["metadata", "name"]) {
        *node = Node::string(copy_name(object), node.origin.clone());
    }
    tell_apart(&mut body);
    Ok(print(&body, &WRITTEN))
}

/// A label by which the pods of a copy are told from those of the object itself.
fn tell_apart(body: &mut Node) {
    const LABELS: [&[&str]; 2] =
        [&["spec", "selector", "matchLabels"], &["spec", "template", "metadata", "labels"]];
    if body.at(LABELS[0]).is_none() {
        return;
    }
    for path in LABELS {
        if let Some(labels) = body.at_mut(path) {
            let origin: Origin = labels.origin.clone();
            let value = Node::string("next", origin.clone());
            labels.set(Entry::new("rollout", origin.span, value));
        }
    }
}
