//! Strategic merge as kustomize does it: its own walk over two trees, not that of the API server.
//!
//! `$patch: delete|replace|merge` are understood; `$retainKeys`, `$setElementOrder` and
//! `$deleteFromPrimitiveList` are plain keys, because kustomize takes them for such.

mod builtin;
mod field;
mod list;
mod types;

use gitops_model::{FieldPath, Removal, Segment};
use gitops_yaml::{Dialect, Entry, Node, Scalar, ScalarKind, Span, Style, Value, resolve};

use field::Field;
pub use types::MergeSchema;

/// Why a patch does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeError {
    /// What is wrong.
    pub message: String,
    /// The line of the patch.
    pub span: Span,
}

/// How a patch is merged.
#[derive(Clone, Copy)]
pub struct StrategicMerge<'a> {
    /// Which lists merge.
    pub schema: &'a MergeSchema,
    /// The step that values are written over by, in their history.
    pub by: &'static str,
    /// The schema that a comment behind a key, at this place, gives to its value.
    pub hint: &'a dyn Fn(Span) -> Option<Node>,
}

impl StrategicMerge<'_> {
    /// Merges a patch over an object. `None` means that the patch deletes it. What the patch takes away
    /// is added to `removed`.
    ///
    /// # Errors
    /// Where the kinds of a value differ, or a directive is unknown.
    pub fn apply(
        self,
        target: &Node,
        patch: &Node,
        removed: &mut Vec<Removal>,
    ) -> Result<Option<Node>, MergeError> {
        let Self { schema, by, hint } = self;
        let mut merger = Merger { schema, by, hint, removed, path: Vec::new() };
        let field = merger.schema_of(None, &[target, patch]);
        // A root that is replaced stays as it was: kustomize drops the result.
        match directive(patch)? {
            Directive::Replace => Ok(Some(target.clone())),
            _ => merger.walk(target.clone(), Some(patch), field.as_ref()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

const DIRECTIVE: &str = "$patch";

struct Merger<'a> {
    schema: &'a MergeSchema,
    by: &'static str,
    hint: &'a dyn Fn(Span) -> Option<Node>,
    removed: &'a mut Vec<Removal>,
    path: Vec<Segment>,
}

/// The shape of a value that is there and not null.
fn shape(node: &Node) -> Option<&'static str> {
    match &node.value {
        _ if node.is_null() => None,
        Value::Map(_) => Some("MappingNode"),
        Value::Seq(_) => Some("SequenceNode"),
        Value::Scalar(_) => Some("ScalarNode"),
    }
}

impl Merger<'_> {
    /// What is known of a value: from its place, or else from its own `apiVersion` and `kind`.
    fn schema_of(&self, place: Option<&Field>, nodes: &[&Node]) -> Option<Field> {
        if let Some(place) = place {
            return Some(place.clone());
        }
        nodes.iter().find_map(|node| {
            let text = |key| node.get(key).and_then(Node::text).filter(|t| !t.is_empty());
            self.schema.root(text("apiVersion")?, text("kind")?)
        })
    }

    fn walk(
        &mut self,
        dest: Node,
        patch: Option<&Node>,
        field: Option<&Field>,
    ) -> Result<Option<Node>, MergeError> {
        let Some(patch) = patch else { return self.settle(dest, field) };
        let (Some(from), Some(to)) = (shape(patch), shape(&dest)) else {
            if patch.is_null() {
                self.note_removal(patch.span());
                return Ok(None);
            }
            let fresh = self.at_missing(patch, field)?;
            return Ok(fresh.map(|node| self.over(node, &dest)));
        };
        if from != to {
            let message = format!("wrong node kind: expected {to} but got {from}");
            return Err(MergeError { message, span: patch.span() });
        }
        match &dest.value {
            Value::Scalar(_) => Ok(Some(self.over(patch.clone(), &dest))),
            Value::Map(_) => self.walk_map(dest, patch, field),
            Value::Seq(_) => self.walk_list(dest, patch, field),
        }
    }

    fn walk_map(
        &mut self,
        mut dest: Node,
        patch: &Node,
        field: Option<&Field>,
    ) -> Result<Option<Node>, MergeError> {
        match directive(patch)? {
            Directive::Delete => {
                self.note_removal(directive_span(patch));
                return Ok(None);
            }
            Directive::Replace => {
                let fresh = self.fresh(patch, field)?;
                return Ok(fresh.map(|node| self.over(node, &dest)));
            }
            Directive::Merge => {}
        }
        let field = self.schema_of(field, &[&dest, patch]);
        self.settle_fields(&mut dest, field.as_ref(), |key| patch.get(key).is_none())?;
        for entry in patch.entries().iter().filter(|e| e.key != DIRECTIVE) {
            let place = field.as_ref().and_then(|f| self.schema.field(f, &entry.key)).cloned();
            let place = self.hinted(dest.entry(&entry.key), entry).or(place);
            self.path.push(Segment::Key(entry.key.clone()));
            let merged = match dest.get(&entry.key) {
                Some(old) => {
                    let merged = self.walk(old.clone(), Some(&entry.value), place.as_ref())?;
                    merged.map(|new| restyled(new, old))
                }
                None => self.at_missing(&entry.value, place.as_ref())?,
            };
            self.path.pop();
            put(&mut dest, entry, merged);
        }
        Ok(Some(dest))
    }

    /// A value that no patch speaks of: kustomize walks it all the same, which drops nulls that are
    /// written as nothing and joins list items with equal keys.
    fn settle(
        &mut self,
        mut dest: Node,
        field: Option<&Field>,
    ) -> Result<Option<Node>, MergeError> {
        match &dest.value {
            Value::Scalar(s) if s.kind == ScalarKind::Null && s.text.is_empty() => Ok(None),
            Value::Scalar(_) => Ok(Some(dest)),
            Value::Map(_) => {
                let field = self.schema_of(field, &[&dest]);
                self.settle_fields(&mut dest, field.as_ref(), |_| true)?;
                Ok(Some(dest))
            }
            Value::Seq(_) => match field.and_then(|f| f.keys.as_deref()) {
                Some(keys) => self.merge_lists(dest.clone(), list::Other::Nothing, field, keys),
                None => Ok(Some(dest)),
            },
        }
    }

    fn settle_fields(
        &mut self,
        dest: &mut Node,
        field: Option<&Field>,
        untouched: impl Fn(&str) -> bool,
    ) -> Result<(), MergeError> {
        let mut changes = Vec::new();
        for entry in dest.entries().iter().filter(|e| untouched(&e.key)) {
            if let Some(scalar) = entry.value.as_scalar().filter(|s| !s.text.is_empty()) {
                if reads_otherwise(scalar) {
                    changes.push((entry.key.clone(), Some(quoted(entry.value.clone()))));
                }
                continue;
            }
            let place = field.and_then(|f| self.schema.field(f, &entry.key)).cloned();
            let settled = self.settle(entry.value.clone(), place.as_ref())?;
            if settled.as_ref().is_none_or(|s| !is_shared(s, &entry.value)) {
                changes.push((entry.key.clone(), settled));
            }
        }
        for (key, settled) in changes {
            match (settled, dest.get_mut(&key)) {
                (Some(settled), Some(slot)) => *slot = settled,
                _ => {
                    dest.remove(&key);
                }
            }
        }
        Ok(())
    }

    /// A value that a patch brings where nothing stood. The directive of a list is no directive here: it
    /// stays an item among items.
    fn at_missing(
        &mut self,
        patch: &Node,
        field: Option<&Field>,
    ) -> Result<Option<Node>, MergeError> {
        match (patch.as_seq(), field.and_then(|f| f.keys.as_deref())) {
            (Some(_), Some(keys)) => {
                self.merge_lists(patch.clone(), list::Other::Itself, field, keys)
            }
            _ => self.fresh(patch, field),
        }
    }

    /// A value inside what a patch brings: without its directives and nulls.
    fn fresh(&mut self, patch: &Node, field: Option<&Field>) -> Result<Option<Node>, MergeError> {
        match &patch.value {
            Value::Scalar(s) => Ok((s.kind != ScalarKind::Null).then(|| quoted(patch.clone()))),
            Value::Map(_) => {
                if directive(patch)? == Directive::Delete {
                    return Ok(None);
                }
                let field = self.schema_of(field, &[patch]);
                let mut entries = Vec::with_capacity(patch.entries().len());
                for entry in patch.entries().iter().filter(|e| e.key != DIRECTIVE) {
                    let place = field.as_ref().and_then(|f| self.schema.field(f, &entry.key));
                    if let Some(value) = self.fresh(&entry.value, place.cloned().as_ref())? {
                        entries.push(Entry { value, ..entry.clone() });
                    }
                }
                Ok(Some(Node::map(entries, patch.origin.clone())))
            }
            Value::Seq(_) => match field.and_then(|f| f.keys.as_deref()) {
                Some(keys) => match list::directive(patch)? {
                    (Directive::Delete, _) => Ok(None),
                    (_, rest) => self.merge_lists(rest, list::Other::Itself, field, keys),
                },
                None => Ok(Some(patch.clone())),
            },
        }
    }

    /// The schema of a list, if a comment behind its key gives one.
    fn hinted(&self, dest: Option<&Entry>, patch: &Entry) -> Option<Field> {
        patch.value.as_seq()?;
        let spans = dest.into_iter().chain([patch]).map(|e| e.key_span);
        spans.filter_map(self.hint).map(|schema| MergeSchema::described(&schema)).next()
    }

    fn note_removal(&mut self, by: Span) {
        self.removed.push(Removal { path: FieldPath(self.path.clone()), by });
    }

    /// `new` in the place of `old`, which becomes its history.
    fn over(&self, mut new: Node, old: &Node) -> Node {
        if new.origin.span != old.origin.span {
            new.origin = new.origin.on_top_of(self.by, &old.origin);
        }
        new
    }
}

fn directive(patch: &Node) -> Result<Directive, MergeError> {
    let Some(node) = patch.get(DIRECTIVE) else { return Ok(Directive::Merge) };
    named_directive(node)
}

fn named_directive(node: &Node) -> Result<Directive, MergeError> {
    match node.text().unwrap_or_default() {
        "delete" => Ok(Directive::Delete),
        "replace" => Ok(Directive::Replace),
        "merge" => Ok(Directive::Merge),
        other => Err(MergeError {
            message: format!("unknown patch strategy '{other}'"),
            span: node.span(),
        }),
    }
}

fn directive_span(patch: &Node) -> Span {
    patch.get(DIRECTIVE).map_or(patch.span(), Node::span)
}

fn put(dest: &mut Node, entry: &Entry, value: Option<Node>) {
    match value {
        Some(value) => {
            dest.set(Entry { value, ..entry.clone() });
        }
        None => {
            dest.remove(&entry.key);
        }
    }
}

fn is_shared(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Map(a), Value::Map(b)) => std::sync::Arc::ptr_eq(a, b),
        (Value::Seq(a), Value::Seq(b)) => std::sync::Arc::ptr_eq(a, b),
        (Value::Scalar(a), Value::Scalar(b)) => a == b,
        _ => false,
    }
}

/// Whether a bare string would be something else to YAML 1.1. What has no tag counts as a string.
fn reads_otherwise(scalar: &Scalar) -> bool {
    (scalar.kind == ScalarKind::Str || scalar.style == Style::Untagged)
        && !scalar.style.is_quoted()
        && !scalar.text.contains('\n')
        && resolve(&scalar.text, Dialect::Kubectl) != ScalarKind::Str
}

/// A value of a map as kustomize puts it there: quoted if it reads otherwise.
fn quoted(mut node: Node) -> Node {
    if let Value::Scalar(s) = &mut node.value
        && reads_otherwise(s)
    {
        (s.kind, s.style) = (ScalarKind::Str, Style::Double);
    }
    node
}

/// A scalar that takes a field over is written the way the old one was: what was quoted stays text.
fn restyled(mut new: Node, old: &Node) -> Node {
    if let (Value::Scalar(new), Value::Scalar(old)) = (&mut new.value, &old.value) {
        set_style(new, old.style);
    }
    new
}

/// Writes a scalar in another style, as go-yaml would print and read it again.
fn set_style(scalar: &mut Scalar, style: Style) {
    match style {
        Style::Plain | Style::Tagged | Style::Untagged => {
            let implied = resolve(&scalar.text, Dialect::Kustomize);
            let plain = implied == scalar.kind;
            scalar.style = if plain { Style::Plain } else { Style::Tagged };
        }
        quoted => {
            scalar.kind = ScalarKind::Str;
            scalar.style = quoted;
        }
    }
}
