//! Patches of objects that were left out: they are left out, too.

use gitops_model::Unchecked;
use gitops_yaml::{ContentId, Span};

use super::patches::Source;
use crate::id::{Id, Kinds};
use crate::kustomization::Patch;
use crate::load::Loader;
use crate::resources::Resources;

/// What is said of an entry of `patches` that names objects of which none is there.
pub(crate) fn gap(
    resources: &Resources,
    patch: &Patch,
    loader: &Loader,
    kinds: &Kinds,
    asked: Span,
) -> Option<Unchecked> {
    let span = patch.span.unwrap_or(asked);
    let (source, file) = match (&patch.target, &patch.patch, &patch.path) {
        (None, Some(text), None) => {
            let file = loader.sources.file(span.file);
            let content = ContentId::of(text.as_bytes());
            (Source::inline(loader, text), (file.path.as_str().into(), content))
        }
        (None, None, Some(path)) => {
            let content = loader.load(path).ok()?;
            (Source::file(loader, path).ok()?, (content.path.into(), content.id))
        }
        _ => return None,
    };
    let objects = source.objects(loader).ok()?;
    let ids: Vec<Id> = objects.iter().map(|object| object.original_id(kinds)).collect();
    let is_absent = |id: &Id| resources.positions(kinds, |other| id.same(other)).is_empty();
    let first = ids.first().filter(|_| ids.iter().all(is_absent))?;
    let what = format!("patch of {} {}", first.gvk.kind, first.name);
    let why = "the object is not among what is rendered, and may be part of what is left out";
    Some(Unchecked { files: vec![file], ..Unchecked::new(what, why, Some(span)) })
}
