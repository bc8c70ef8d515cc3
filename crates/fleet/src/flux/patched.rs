//! The patches of a FluxInstance, on the objects that its `sync` makes. People change the reference there,
//! so they count before anything is followed.

use std::sync::Arc;

use gitops_kustomize::{Context, Options, Release};
use gitops_model::{EntryKind, Resource, Tree, TreeError};
use gitops_yaml::{
    ContentId, Entry, FileId, Node, Origin, PrintOptions, SmolStr, Span, Value, print,
};

use crate::World;

/// The name under which the objects are shown to kustomize.
const FILE: &str = "flux-instance.sync.yaml";

/// The objects with the patches applied; as they were where the patches do not fit them.
pub(crate) fn patched(
    world: &World,
    objects: Vec<Arc<Resource>>,
    patches: &[Node],
) -> Vec<Arc<Resource>> {
    // The operator patches all that it installs; a patch without a target is meant for one of those.
    let aimed: Vec<Node> = patches.iter().filter(|p| p.get("target").is_some()).cloned().collect();
    let Some(first) = aimed.first() else { return objects };
    let anchor = first.span();
    let printed = objects.iter().map(|o| print(&o.body, &PrintOptions::KUSTOMIZE));
    let text: Arc<[u8]> = printed.collect::<Vec<_>>().join("---\n").into_bytes().into();
    let id = ContentId::of(&text);
    let file = world.sources.load(FILE, id, &text).id;
    let tree = OneFile { text, id };
    let cx = Context { tree: &tree, sources: world.sources, memo: &world.memo.kustomize };
    let options = Options { release: Release::V5_8_1, ..Options::default() };
    let Ok(rendered) =
        gitops_kustomize::build_with(&cx, "", &kustomization(aimed, anchor), &options)
    else {
        return objects;
    };
    let restored = |object: Arc<Resource>| {
        let new = rendered.resources.iter().find(|r| r.key == object.key)?;
        let body = restored(&new.body, Some(&object.body), file, &object.body.origin);
        Some(Arc::new(Resource { body, ..Resource::clone(new) }))
    };
    objects.into_iter().map(|o| restored(o.clone()).unwrap_or(o)).collect()
}

fn kustomization(patches: Vec<Node>, anchor: Span) -> Node {
    let origin = Origin::new(anchor);
    let resources = Node::seq(vec![Node::string(FILE, origin.clone())], origin.clone());
    let entries = vec![
        Entry::new("resources", anchor, resources),
        Entry::new("patches", anchor, Node::seq(patches, origin.clone())),
    ];
    Node::map(entries, origin)
}

/// The new tree with the origins of the old one, where `drawn`, a file that nobody wrote, stands for it.
fn restored(new: &Node, old: Option<&Node>, drawn: FileId, parent: &Origin) -> Node {
    let before = old.map_or(parent, |o| &o.origin);
    let mut writers = new.origin.writers();
    let origin = match writers.find(|span| span.file != drawn) {
        Some(span) if old.is_none() => Origin::new(span),
        Some(span) => before.overridden("patches", span),
        None => before.clone(),
    };
    let value = match &new.value {
        Value::Scalar(scalar) => Value::Scalar(scalar.clone()),
        Value::Seq(items) => {
            let olds = old.map(Node::items).unwrap_or_default();
            let item = |(i, n)| restored(n, olds.get(i), drawn, &origin);
            Value::Seq(Arc::new(items.iter().enumerate().map(item).collect()))
        }
        Value::Map(entries) => {
            let entry = |e: &Entry| {
                let old = old.and_then(|o| o.entry(&e.key));
                let key = if e.key_span.file == drawn { old.map(|o| o.key_span) } else { None };
                let value = restored(&e.value, old.map(|o| &o.value), drawn, &origin);
                Entry::new(e.key.clone(), key.unwrap_or(value.span()), value)
            };
            Value::Map(Arc::new(entries.iter().map(entry).collect()))
        }
    };
    Node { value, origin }
}

/// A tree of one file.
struct OneFile {
    text: Arc<[u8]>,
    id: ContentId,
}

impl Tree for OneFile {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        match path {
            "" => Some(EntryKind::Directory),
            FILE => Some(EntryKind::File),
            _ => None,
        }
    }

    fn content_id(&self, path: &str) -> Result<ContentId, TreeError> {
        self.read(path).map(|_| self.id)
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, TreeError> {
        let found = (path == FILE).then(|| self.text.clone());
        found.ok_or_else(|| TreeError::Missing(path.to_owned()))
    }

    fn list(&self, path: &str) -> Vec<(SmolStr, EntryKind)> {
        if path.is_empty() { vec![(FILE.into(), EntryKind::File)] } else { Vec::new() }
    }
}
