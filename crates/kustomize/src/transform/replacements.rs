//! `replacements`: a field of one object copied into fields of others.

use gitops_yaml::{
    Dialect, Node, Origin, Scalar, ScalarKind, SmolStr, Sources, Span, Style, Value, resolve,
};

use crate::config::selected;
use crate::decode::{Decode, Field, Reader, Text, text};
use crate::error::{Context as _, Error, Result};
use crate::id::{Id, Kinds};
use crate::kustomization::{FieldOptions, Replacement, Source, Target};
use crate::load::Loader;
use crate::object::Object;
use crate::path::{Make, is_unset, lookup, lookup_mut, split, visit};
use crate::read::is_nothing;
use crate::resources::Resources;
use crate::selector::Selector;
use crate::shared::spread;
use crate::transform::structured;

const NAME: &str = "metadata.name";
const FILE: Field = Field::new("replacements", Reader::File);

/// The replacements of a list, those in files included.
pub(crate) fn load(entries: &[Replacement], loader: &Loader) -> Result<Vec<Replacement>> {
    let mut all = Vec::new();
    for entry in entries {
        let Some(path) = &entry.path else {
            all.push(entry.clone());
            continue;
        };
        if entry.source.is_some() || entry.targets.as_ref().is_some_and(|t| !t.0.is_empty()) {
            return Err(Error::at("cannot specify both path and inline replacement", path.span));
        }
        let content = loader.load(path).or_at(path.span)?;
        let file = loader.parse(&content).or_at(path.span)?;
        if let Some(error) = file.errors.iter().find(|e| e.kind.is_fatal()) {
            return Err(Error::from(error));
        }
        let document = file.documents.first();
        match document.map(|d| &d.value) {
            Some(Value::Seq(_)) => {
                let more: Vec<Replacement> =
                    document.map(|d| Decode::decode(d, FILE)).transpose()?.unwrap_or_default();
                all.extend(more);
            }
            Some(Value::Map(_)) => {
                all.extend(document.map(|d| Replacement::decode(d, FILE)).transpose()?);
            }
            _ => {
                let message = "unsupported replacement type encountered within replacement path";
                return Err(Error::at(message, path.span));
            }
        }
    }
    Ok(all)
}

/// Applies one replacement.
pub(crate) fn apply(
    resources: &mut Resources,
    replacement: &Replacement,
    loader: &Loader,
    kinds: &Kinds,
    asked: Span,
) -> Result<()> {
    let span = replacement.span.unwrap_or(asked);
    let source = &replacement.source;
    let Some(targets) = replacement
        .targets
        .as_ref()
        .filter(|_| source.is_some() || replacement.source_value.is_some())
    else {
        return Err(Error::at("replacements must specify a source and at least one target", span));
    };
    let mut copied = match (&replacement.source_value, source) {
        (Some(_), Some(_)) => {
            return Err(Error::at("value and resource selectors are mutually exclusive", span));
        }
        (Some(value), None) => Copied { value: given(value)?, from: None },
        (None, Some(source)) => copied_from(resources, source, kinds).or_at(span)?,
        (None, None) => return Ok(()),
    };
    for target in &targets.0 {
        let Some(target) = target else {
            return Err(Error::at("target must specify resources to select", span));
        };
        apply_to(resources, target, &mut copied, loader.sources, kinds)
            .or_at(target.span.unwrap_or(span))?;
    }
    Ok(())
}

/// What is copied.
struct Copied {
    value: Node,
    /// The object that holds it and the path to it, unless it is a piece of what stands there.
    from: Option<(usize, Vec<SmolStr>)>,
}

impl Copied {
    fn is_from(&self, at: usize) -> bool {
        self.from.as_ref().is_some_and(|(from, _)| *from == at)
    }

    /// Follows the value where a copy has changed the object that holds it.
    fn refresh(&mut self, body: &Node) {
        if let Some((_, path)) = &self.from
            && let Ok(Some(now)) = lookup(body, path)
        {
            self.value = now.clone();
        }
    }
}

/// A value that stands in the replacement itself: it means what its text reads as.
fn given(value: &Node) -> Result<Node> {
    let text: Option<Text> =
        Decode::decode(value, Field::new("Replacement.sourceValue", Reader::Kustomization))?;
    let text = text.map(|t| t.text).unwrap_or_default();
    Ok(Node::scalar(Scalar::plain(text), value.origin.clone()))
}

fn describe(source: &Source) -> String {
    let id = Id {
        gvk: selected(&source.group, &source.version, &source.kind),
        name: text(&source.name).into(),
        namespace: text(&source.namespace).into(),
        cluster: false,
    };
    id.to_string()
}

fn copied_from(resources: &Resources, source: &Source, kinds: &Kinds) -> Result<Copied> {
    let gvk = selected(&source.group, &source.version, &source.kind);
    let (name, namespace) = (text(&source.name), text(&source.namespace));
    let same_namespace = |id: &Id| {
        let own = if id.namespace.is_empty() { "default" } else { id.namespace.as_str() };
        namespace.is_empty() || namespace == own
    };
    let fits = |id: &Id| {
        (name.is_empty() || id.name == name) && same_namespace(id) && Id::selects(&gvk, &id.gvk)
    };
    let objects = resources.0.iter().enumerate();
    let mut matches = objects.filter(|(_, o)| !o.is_empty() && o.any_id(kinds, fits));
    let (at, object) = matches.next().ok_or_else(|| {
        Error::new(format!("nothing selected by {}", describe(source)), source.span)
    })?;
    if matches.next().is_some() {
        let message = format!("multiple matches for selector {}", describe(source));
        return Err(Error::new(message, source.span));
    }
    let path = source.field_path.as_ref().map_or(NAME, |p| p.text.as_str());
    let parts = split(path);
    let found = lookup(&object.body, &parts).context("error looking up replacement source")?;
    let value = found.filter(|n| !is_nothing(n)).ok_or_else(|| {
        let message =
            format!("fieldPath `{path}` is missing for replacement source {}", describe(source));
        Error::new(message, source.field_path.as_ref().map(|p| p.span).or(source.span))
    })?;
    match source.options.as_ref().filter(|o| o.delimiter.is_some()) {
        Some(options) => Ok(Copied { value: piece(value, options)?, from: None }),
        None => Ok(Copied { value: value.clone(), from: Some((at, parts)) }),
    }
}

fn piece(value: &Node, options: &FieldOptions) -> Result<Node> {
    let Some(scalar) = value.as_scalar() else {
        let message = "delimiter option can only be used with scalar nodes";
        return Err(Error::new(message, options.span));
    };
    let index = options.index.unwrap_or(0);
    let mut pieces = scalar.text.split(text(&options.delimiter));
    let piece = usize::try_from(index).ok().and_then(|i| pieces.nth(i)).ok_or_else(|| {
        let message = format!("options.index {index} is out of bounds for value {}", scalar.text);
        Error::new(message, options.span)
    })?;
    Ok(with_text(value, piece))
}

fn apply_to(
    resources: &mut Resources,
    target: &Target,
    copied: &mut Copied,
    sources: &Sources,
    kinds: &Kinds,
) -> Result<()> {
    let Some(select) = &target.select else {
        return Err(Error::new("target must specify resources to select", target.span));
    };
    let select = Selector::new(select).context("error creating target selector")?;
    let reject = target.reject.iter().flatten().map(Selector::new).collect::<Result<Vec<_>>>()?;
    let objects = resources.0.iter_mut().enumerate();
    for (at, object) in objects.filter(|(_, o)| !o.is_empty()) {
        let ids = ids_of(object, kinds);
        let rejected = reject.iter().any(|r| {
            !r.names_nothing() && ids.iter().any(|id| r.fits_id(id))
                || !r.has_no_requirements() && r.fits_metadata(object)
        });
        if rejected || !select.fits_metadata(object) || !ids.iter().any(|id| select.fits_id(id)) {
            continue;
        }
        let default =
            [Text { text: NAME.into(), span: target.span.unwrap_or(copied.value.span()) }];
        let paths =
            if target.field_paths.0.is_empty() { &default } else { &target.field_paths.0[..] };
        for path in paths {
            let copy = Copy { path, options: target.options.as_ref(), sources };
            if copied.is_from(at) {
                copy.make_room(object, copied);
            }
            let before = object.body.clone();
            copy.write(object, &copied.value).or_at(path.span)?;
            spread(&object.shared, &before, &mut object.body);
            if copied.is_from(at) {
                copied.refresh(&object.body);
            }
        }
    }
    Ok(())
}

fn ids_of(object: &Object, kinds: &Kinds) -> Vec<Id> {
    std::iter::once(object.id(kinds)).chain(object.previous_ids()).collect()
}

/// One field that is written.
struct Copy<'a> {
    path: &'a Text,
    options: Option<&'a FieldOptions>,
    sources: &'a Sources,
}

impl Copy<'_> {
    fn make(&self, value: &Node) -> Make {
        match self.options {
            Some(options) if options.create => Make::Like(value.clone(), self.path.span),
            _ => Make::Nothing,
        }
    }

    /// Makes the field in the object that holds the value: it may be made inside the value.
    fn make_room(&self, object: &mut Object, copied: &mut Copied) {
        if let make @ Make::Like(..) = self.make(&copied.value) {
            // What fails here fails again when the field is written.
            let _ = visit(&mut object.body, &split(&self.path.text), &make, &mut |_| Ok(()));
            copied.refresh(&object.body);
        }
    }

    fn write(&self, object: &mut Object, value: &Node) -> Result<()> {
        let parts = split(&self.path.text);
        let make = self.make(value);
        let empty = match &make {
            Make::Like(..) => self.empty(&object.body, &parts),
            Make::Nothing => Scalar::plain(""),
        };
        let set = &mut |node: &mut Node| set_field(node, value, self.options, &empty);
        if inside_string(object, &parts, &make, value, set) {
            return Ok(());
        }
        let failed = || {
            let verb =
                if self.options.is_some_and(|o| o.create) { "find or create" } else { "find" };
            format!("unable to {verb} field {:?} in replacement target", self.path.text.as_str())
        };
        let mut error = None;
        let count = visit(&mut object.body, &parts, &make, &mut |node| {
            set(node).inspect_err(|e| error = Some(e.clone()))
        });
        match (count, error) {
            (_, Some(error)) => Err(error),
            (Err(e), None) => Err(e.context(failed())),
            (Ok(0), None) => Err(Error::new(failed(), None)),
            (Ok(_), None) => Ok(()),
        }
    }

    /// What a field becomes that is made and gets no text: go-yaml writes quotes inside `{…}` alone.
    fn empty(&self, body: &Node, parts: &[SmolStr]) -> Scalar {
        let is_flow = |node: &Node| {
            let span = node.span();
            let file = self.sources.file(span.file);
            let text = file.text.get(span.start as usize..).unwrap_or_default();
            node.as_scalar().is_none() && text.starts_with(['{', '['])
        };
        let mut node = Some(body);
        for part in parts {
            let Some(here) = node else { break };
            if is_flow(here) {
                return Scalar { style: Style::Plain, ..Scalar::string("") };
            }
            node = lookup(here, std::slice::from_ref(part)).ok().flatten();
        }
        Scalar::plain("")
    }
}

/// Tries to set the field in a document that a string on the path holds.
fn inside_string(
    object: &mut Object,
    parts: &[SmolStr],
    make: &Make,
    value: &Node,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> bool {
    let Some((outer, inner)) = structured::split_at_scalar(&object.body, parts) else {
        return false;
    };
    let mut done = false;
    let found = lookup_mut(&mut object.body, outer, &mut |scalar| {
        done = structured::set_inside(scalar, inner, make, set).unwrap_or(false);
        if done {
            scalar.origin = with_part(scalar, scalar.text().unwrap_or_default(), value);
        }
    });
    found && done
}

fn set_field(
    target: &mut Node,
    value: &Node,
    options: Option<&FieldOptions>,
    empty: &Scalar,
) -> Result<()> {
    let mut new = SmolStr::new(value.text().unwrap_or_default());
    if let Some(options) = options.filter(|o| o.delimiter.is_some()) {
        let Some(old) = target.as_scalar() else {
            let message = "delimiter option can only be used with scalar nodes";
            return Err(Error::new(message, options.span));
        };
        new = joined(&old.text, &new, options).into();
    }
    let origin = with_part(target, &new, value);
    let made = is_unset(target);
    if target.as_scalar().is_some() {
        *target = if made {
            let made = if new.is_empty() { empty.clone() } else { Scalar::untagged(new) };
            Node::scalar(made, value.origin.clone())
        } else {
            Node { origin, ..with_text(target, &new) }
        };
    } else {
        *target = Node { origin, ..value.clone() };
    }
    Ok(())
}

/// The origin of a text in which a value has replaced what stood there, or a part of it: the newest writer is
/// who wrote most of the text.
fn with_part(old: &Node, text: &str, value: &Node) -> Origin {
    if value.text().is_some_and(|part| part.len() * 2 < text.len()) {
        old.origin.on_top_of("replacements", &value.origin)
    } else {
        value.origin.on_top_of("replacements", &old.origin)
    }
}

fn joined(old: &str, new: &str, options: &FieldOptions) -> String {
    let delimiter = text(&options.delimiter);
    let index = options.index.unwrap_or(0);
    let mut pieces: Vec<&str> = old.split(delimiter).collect();
    match usize::try_from(index) {
        Err(_) => pieces.insert(0, new),
        Ok(at) => match pieces.get_mut(at) {
            Some(piece) => *piece = new,
            None => pieces.push(new),
        },
    }
    pieces.join(delimiter)
}

/// A scalar with another text. Its type stays, even if the text does not fit it.
fn with_text(old: &Node, new: &str) -> Node {
    let Some(scalar) = old.as_scalar() else { return old.clone() };
    if scalar.style == Style::Untagged {
        let made = Scalar { exposure: scalar.exposure, ..Scalar::untagged(new) };
        return Node::scalar(made, old.origin.clone());
    }
    let kind = if scalar.style.is_quoted() { ScalarKind::Str } else { scalar.kind };
    let style = match scalar.style {
        Style::Plain | Style::Tagged if kind == resolve(new, Dialect::Kustomize) => Style::Plain,
        Style::Plain => Style::Tagged,
        style => style,
    };
    let scalar = Scalar { text: new.into(), kind, style, exposure: scalar.exposure };
    Node::scalar(scalar, old.origin.clone())
}
