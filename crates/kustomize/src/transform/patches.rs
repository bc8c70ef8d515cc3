//! `patches`, `patchesStrategicMerge` and `patchesJson6902`.

use gitops_yaml::{Entry, Node, Origin, Parsed, Scalar, Span};

use crate::decode::{Text, text};
use crate::error::{Context as _, Error, Result};
use crate::fields::string;
use crate::id::{Id, Kinds};
use crate::json_patch::JsonPatch;
use crate::kustomization::{Patch, PatchOptions};
use crate::load::Loader;
use crate::object::{History, Object, set_below};
use crate::read;
use crate::resources::Resources;
use crate::selector::Selector;
use crate::shared::spread;

/// The text of a patch, read as YAML.
pub(super) struct Source {
    text: String,
    parsed: Parsed,
    span: Span,
    /// How messages call it.
    name: String,
}

impl Source {
    pub(super) fn inline(loader: &Loader, text: &Text) -> Self {
        let trimmed = Text { text: text.trim().into(), span: text.span };
        let parsed = crate::inline::parse(loader.sources, &trimmed);
        let name = format!("[patch: {:?}]", text.trim());
        Self { text: text.trim().to_owned(), parsed, span: text.span, name }
    }

    pub(super) fn file(loader: &Loader, path: &Text) -> Result<Self> {
        let content = loader.load(path).or_at(path.span)?;
        let file = loader.parse(&content).or_at(path.span)?;
        let parsed = Parsed { documents: file.documents.clone(), errors: file.errors.clone() };
        let name = format!("[path: {:?}]", path.text.as_str());
        let span = Span::new(file.id, 0, 0);
        Ok(Self { text: file.source.text.to_string(), parsed, span, name })
    }

    pub(super) fn objects(&self, loader: &Loader) -> Result<Vec<Object>> {
        let Parsed { documents, errors } = &self.parsed;
        let text = read::Text { documents, errors, text: &self.text, span: self.span };
        read::objects(&text, loader.sources, false)
    }

    /// The operations, if the text is a list of them. A text that begins with `[` is read as JSON alone.
    fn operations(&self, loader: &Loader) -> Option<JsonPatch> {
        let broken = self.parsed.errors.iter().any(|e| e.kind.is_fatal());
        if self.text.starts_with('[') {
            let json: serde_json::Value = serde_json::from_str(&self.text).ok()?;
            if broken {
                return JsonPatch::read(
                    &crate::json::node(&json, &Origin::new(self.span)),
                    loader.sources,
                );
            }
        } else if broken {
            return None;
        }
        match self.parsed.documents.first() {
            Some(document) => JsonPatch::read(document, loader.sources),
            None => JsonPatch::read(&Node::null(Origin::new(self.span)), loader.sources),
        }
    }
}

/// Applies one entry of `patches`.
pub(crate) fn apply(
    resources: &mut Resources,
    patch: &Patch,
    loader: &Loader,
    kinds: &Kinds,
    asked: Span,
) -> Result<()> {
    let span = patch.span.unwrap_or(asked);
    let inline = patch.patch.as_ref().filter(|p| !p.trim().is_empty());
    let source = match (inline, &patch.path) {
        (None, None) => return Err(Error::at("must specify one of patch and path", span)),
        (Some(_), Some(_)) => {
            return Err(Error::at("patch and path can't be set at the same time", span));
        }
        (Some(inline), None) => Source::inline(loader, inline),
        (None, Some(path)) => Source::file(loader, path)
            .context(format!("failed to get the patch file from path({})", path.text))?,
    };
    match (source.objects(loader), source.operations(loader)) {
        (Ok(objects), Some(operations)) if !objects.is_empty() && !operations.is_empty() => {
            let message =
                format!("illegally qualifies as both an SM and JSON patch: {}", source.name);
            Err(Error::at(message, span))
        }
        (Ok(objects), _) => merge(resources, &objects, patch, (loader, kinds), &source).or_at(span),
        (Err(_), Some(operations)) => {
            operate(resources, &operations, patch, (loader, kinds), &source.name).or_at(span)
        }
        (Err(error), None) => {
            let why = error.message;
            let message = format!("unable to parse SM or JSON patch from {}: {why}", source.name);
            Err(Error::new(message, error.span).or_at(span))
        }
    }
}

fn merge(
    resources: &mut Resources,
    patches: &[Object],
    patch: &Patch,
    cx @ (_, kinds): (&Loader, &Kinds),
    source: &Source,
) -> Result<()> {
    let options = patch.options.clone().unwrap_or_default();
    let Some(target) = &patch.target else {
        // kustomize notes options among the annotations of the patch.
        let noted = options.allow_kind_change || options.allow_name_change;
        let rewritten: &[&str] = if noted { &["annotations"] } else { &[] };
        for patch in patches {
            let id = patch.original_id(kinds);
            let at = resources
                .one(&id, kinds)
                .context(format!("no resource matches strategic merge patch \"{id}\""));
            let at = at.or_at(patch.body.span())?;
            if let Some(target) = resources.0.get_mut(at) {
                let body = with_strings(&patch.body, rewritten);
                merge_one(target, &body, &options, cx, "patches")?;
                target.faults.extend_from_slice(&patch.faults);
            }
        }
        return Ok(());
    };
    let patch = match patches {
        [] => return Ok(()),
        [patch] => patch,
        _ => {
            let message = format!(
                "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set \
                 `patches.target` field: {}",
                source.name
            );
            return Err(Error::at(message, source.span));
        }
    };
    let selector = Selector::new(target).context("unable to find patch target in `resources`")?;
    let mut body = with_strings(&patch.body, &REWRITTEN);
    for object in resources.0.iter_mut().filter(|o| !o.is_empty()) {
        if selector.selects(object, kinds) {
            // kustomize gives the patch the version of its target, which it writes even if that has none.
            let version = object.body.get("apiVersion").and_then(Node::text).unwrap_or_default();
            let version = Node::scalar(Scalar::untagged(version), Origin::new(body.span()));
            let version = Entry::new("apiVersion", body.span(), version);
            body.set(version.clone());
            merge_one(object, &body, &options, cx, "patches")?;
            object.faults.extend_from_slice(&patch.faults);
            let is_set = object.body.get("apiVersion").and_then(Node::as_str);
            if is_set.is_none_or(str::is_empty) && object.body.as_map().is_some() {
                object.body.set(version);
            }
        }
    }
    resources.drop_empty();
    if options.allow_kind_change || options.allow_name_change {
        resources.check_unique(kinds)?;
    }
    Ok(())
}

/// What kustomize rewrites of a patch that goes through its list of resources.
const REWRITTEN: [&str; 2] = ["labels", "annotations"];

/// A patch in which these maps of its metadata are rewritten as strings, nulls among them.
fn with_strings(body: &Node, fields: &[&str]) -> Node {
    let mut body = body.clone();
    let Some(metadata) = body.get_mut("metadata") else { return body };
    for field in fields {
        let Some(old) = metadata.get(field) else { continue };
        let text = |e: &Entry| {
            let value = string(e.value.text().unwrap_or_default(), e.value.origin.clone());
            Entry { value, ..e.clone() }
        };
        let entries: Vec<Entry> = old.entries().iter().map(text).collect();
        let origin = old.origin.clone();
        if entries.is_empty() {
            metadata.remove(field);
        } else if let Some(slot) = metadata.get_mut(field) {
            *slot = Node::map(entries, origin);
        }
    }
    body
}

fn merge_one(
    target: &mut Object,
    patch: &Node,
    options: &PatchOptions,
    (loader, kinds): (&Loader, &Kinds),
    by: &'static str,
) -> Result<()> {
    let kind = target.body.entry("kind").cloned();
    let api_version = target.body.entry("apiVersion").cloned();
    let metadata = target.body.get("metadata");
    let name = metadata.and_then(|m| m.entry("name")).cloned();
    let namespace = metadata.and_then(|m| m.entry("namespace")).filter(|e| !e.value.is_null());
    let namespace = namespace.cloned();
    if options.allow_kind_change || options.allow_name_change {
        target.push_previous(kinds);
    }
    let schema = kinds.merge_schema();
    let sources = loader.sources;
    let merge = gitops_schema::StrategicMerge {
        schema,
        by,
        hint: &|key| crate::written::schema_comment(key, sources),
    };
    let before = target.body.clone();
    let merged = merge.apply(&before, patch, &mut target.removed)?;
    let Some(merged) = merged else {
        target.body = Node::null(before.origin);
        return Ok(());
    };
    target.body = merged;
    spread(&target.shared, &before, &mut target.body);
    read::fill_gaps(target);
    if crate::written::has_odd_keys(patch, sources) {
        crate::written::check_keys(&target.body, sources)?;
    }
    let kind = kind.filter(|_| !options.allow_kind_change);
    for entry in [kind, api_version].into_iter().flatten() {
        target.body.set(entry);
    }
    if let Some(name) = name.filter(|_| !options.allow_name_change) {
        set_below(&mut target.body, &["metadata"], bare(name));
    }
    match namespace {
        Some(namespace) => {
            let is_patched = patch.at(&["metadata", "namespace"]).is_some();
            let namespace = if is_patched { bare(namespace) } else { namespace };
            set_below(&mut target.body, &["metadata"], namespace);
        }
        None => {
            target.body.get_mut("metadata").and_then(|m| m.remove("namespace"));
        }
    }
    if wipes_annotations(patch) {
        target.history = History::default();
    }
    Ok(())
}

/// An entry as kustomize writes it back where a patch has one: unless it had quotes, its text is read anew.
fn bare(entry: Entry) -> Entry {
    let again = entry.value.as_scalar().filter(|s| !s.style.is_quoted());
    let again = again.map(|s| Scalar { exposure: s.exposure, ..Scalar::untagged(s.text.clone()) });
    match again {
        Some(scalar) => Entry { value: Node::scalar(scalar, entry.value.origin.clone()), ..entry },
        None => entry,
    }
}

/// kustomize keeps what it knows of an object in annotations; who takes them away makes it forget.
fn wipes_annotations(patch: &Node) -> bool {
    let annotations = patch.at(&["metadata", "annotations"]);
    let directive = |node: Option<&Node>| {
        let text = node.and_then(|n| n.get("$patch")).and_then(Node::text);
        matches!(text, Some("delete" | "replace"))
    };
    annotations.is_some_and(Node::is_null)
        || directive(annotations)
        || directive(patch.get("metadata"))
}

fn operate(
    resources: &mut Resources,
    operations: &JsonPatch,
    patch: &Patch,
    (loader, kinds): (&Loader, &Kinds),
    name: &str,
) -> Result<()> {
    let Some(target) = &patch.target else {
        let message = format!("must specify a target for JSON patch {name}");
        return Err(Error::new(message, None));
    };
    let selector = Selector::new(target)?;
    for object in &mut resources.0 {
        if selector.selects(object, kinds) {
            object.push_previous(kinds);
            operate_on(object, operations, "patches", loader)?;
        }
    }
    Ok(())
}

fn operate_on(
    object: &mut Object,
    operations: &JsonPatch,
    by: &'static str,
    loader: &Loader,
) -> Result<()> {
    read::check_faults(object)?;
    object.make_annotations();
    object.shared.clear();
    crate::written::settle(&mut object.body, loader.sources)?;
    crate::written::check_scalars(&object.body)?;
    if operations.reads_annotations() {
        object.show_history();
        operations.apply(&mut object.body, by, &mut object.removed)?;
        object.hide_history();
    } else {
        operations.apply(&mut object.body, by, &mut object.removed)?;
    }
    if object.body.as_map().is_none() {
        let message = "json: cannot unmarshal array into Go value of type map[string]interface {}";
        return Err(Error::at(message, object.body.span()));
    }
    crate::json::round_trip(&mut object.body);
    crate::written::settle(&mut object.body, loader.sources)?;
    if object.body.get("metadata").is_none() {
        let span = object.body.span();
        object.body.set(Entry::new("metadata", span, Node::map(Vec::new(), Origin::new(span))));
    }
    Ok(())
}

/// Applies `patchesStrategicMerge`: every entry is an inline patch or the path of one.
pub(crate) fn apply_strategic_merge(
    resources: &mut Resources,
    entries: &[Text],
    loader: &Loader,
    kinds: &Kinds,
) -> Result<()> {
    let Some(first) = entries.first() else { return Ok(()) };
    apply_patches(resources, &patches_of(entries, loader)?, loader, kinds).or_at(first.span)
}

/// The patches that entries hold or name.
pub(crate) fn patches_of(entries: &[Text], loader: &Loader) -> Result<Vec<Object>> {
    let mut patches = Vec::new();
    for entry in entries {
        patches.extend(match inline_patches(entry, loader) {
            Ok(objects) => objects,
            Err(_) => Source::file(loader, entry)?.objects(loader).or_at(entry.span)?,
        });
    }
    Ok(patches)
}

/// The patches in a text.
pub(crate) fn inline_patches(text: &Text, loader: &Loader) -> Result<Vec<Object>> {
    Source::inline(loader, text).objects(loader).or_at(text.span)
}

/// Merges patches by their own identities.
pub(crate) fn apply_patches(
    resources: &mut Resources,
    patches: &[Object],
    loader: &Loader,
    kinds: &Kinds,
) -> Result<()> {
    if patches.is_empty() {
        return Err(Error::new("patch appears to be empty", None));
    }
    for patch in patches {
        let id: Id = patch.original_id(kinds);
        let at = resources.one(&id, kinds).or_at(patch.body.span())?;
        let body = with_strings(&patch.body, &REWRITTEN);
        if let Some(target) = resources.0.get_mut(at) {
            let options = PatchOptions::default();
            merge_one(target, &body, &options, (loader, kinds), "patchesStrategicMerge")?;
            target.faults.extend_from_slice(&patch.faults);
        }
        resources.drop_empty();
    }
    Ok(())
}

/// Applies one entry of `patchesJson6902`.
pub(crate) fn apply_json6902(
    resources: &mut Resources,
    patch: &Patch,
    loader: &Loader,
    kinds: &Kinds,
    asked: Span,
) -> Result<()> {
    let span = patch.span.unwrap_or(asked);
    let target = patch.target.as_ref().filter(|t| !text(&t.name).is_empty());
    let Some(target) = target else {
        return Err(Error::at("must specify the target name", span));
    };
    let source = match (&patch.patch, &patch.path) {
        (None, None) => return Err(Error::at("empty file path and empty jsonOp", span)),
        (Some(_), Some(_)) => {
            return Err(Error::at("must specify a file path or jsonOp, not both", span));
        }
        (Some(inline), None) => Source::inline(loader, inline),
        (None, Some(path)) => Source::file(loader, path)?,
    };
    let operations = source.operations(loader).ok_or_else(|| {
        Error::at(format!("decoding {}: it is no list of operations", source.name), span)
    })?;
    if operations.is_empty() {
        return Err(Error::at("patch appears to be empty", span));
    }
    let selector = Selector::new(target)?;
    for object in &mut resources.0 {
        if selector.selects(object, kinds) {
            operate_on(object, &operations, "patchesJson6902", loader).or_at(span)?;
        }
    }
    Ok(())
}
