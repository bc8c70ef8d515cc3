//! The files that edits are made in.

use std::sync::Arc;

use gitops_model::{Resource, Tree};
use gitops_yaml::{Node, ParsedFile, Sources, Span};

use crate::edit::Edit;
use crate::place;

/// One of the two states, as files.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) tree: &'a Arc<dyn Tree>,
    pub(crate) sources: &'a Sources,
}

/// Why an edit cannot be computed; what a person has to write instead.
pub(crate) type ByHand = String;

/// The names of a kustomization.
const KUSTOMIZATION: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

impl Ground<'_> {
    /// The file that a span points into, if this state has it.
    pub(crate) fn file_of(&self, span: Span) -> Result<Arc<ParsedFile>, ByHand> {
        let path = self.sources.file(span.file).path.clone();
        let file = self.file(&path);
        file.filter(|f| f.id == span.file)
            .ok_or_else(|| format!("`{path}` is not the same here as where it is deployed"))
    }

    fn file(&self, path: &str) -> Option<Arc<ParsedFile>> {
        let id = self.tree.content_id(path).ok()?;
        match self.sources.loaded(path, id) {
            Some(file) => Some(file),
            None => Some(self.sources.load(path, id, &self.tree.read(path).ok()?)),
        }
    }

    /// The kustomization of a folder.
    pub(crate) fn kustomization(&self, folder: &str) -> Option<Arc<ParsedFile>> {
        KUSTOMIZATION.iter().find_map(|name| self.file(&join(folder, name)))
    }

    /// The manifest that an object was first written as, and the file that holds it; none where a
    /// generator or a chart made it.
    pub(crate) fn manifest(&self, object: &Resource) -> Result<Manifest, ByHand> {
        let name = object.at(&["metadata", "name"]).ok_or("it has no name")?;
        let first = name.origin.writers().last().unwrap_or(name.span());
        let file = self.file_of(first)?;
        let is_it = |d: &&Node| {
            d.get("kind").and_then(Node::text) == Some(&object.gvk.kind)
                && d.at(&["metadata", "name"]).is_some_and(|n| n.span() == first)
        };
        let at = file.documents.iter().position(|d| is_it(&d));
        let at = at.ok_or_else(|| format!("`{}` is made, not written", object.key))?;
        Ok(Manifest { file, at })
    }

    /// Adds a patch to the kustomization of a folder.
    pub(crate) fn add_patch(&self, folder: &str, patch: &str) -> Result<Edit, ByHand> {
        let file = self.kustomization(folder);
        let file = file.ok_or_else(|| format!("`{folder}` has no kustomization to patch it in"))?;
        let document = file.documents.first();
        let edit = document.and_then(|d| place::add_to_list(&file, d, "patches", patch));
        edit.ok_or_else(|| format!("no patch can be added to `{}`", file.source.path))
    }

    /// The name by which the kustomization of a folder knows an object that it renders.
    pub(crate) fn name_in<'n>(&self, folder: &str, name: &'n str) -> &'n str {
        let Some(file) = self.kustomization(folder) else { return name };
        let affix = |key| file.documents.first().and_then(|d| d.get(key)).and_then(Node::text);
        let name = name.strip_prefix(affix("namePrefix").unwrap_or("")).unwrap_or(name);
        name.strip_suffix(affix("nameSuffix").unwrap_or("")).unwrap_or(name)
    }
}

/// One document of a file.
pub(crate) struct Manifest {
    pub(crate) file: Arc<ParsedFile>,
    at: usize,
}

impl Manifest {
    /// The document as it is written.
    pub(crate) fn document(&self) -> Option<&Node> {
        self.file.documents.get(self.at)
    }
}

/// A path below a folder; the top is the empty path.
fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
