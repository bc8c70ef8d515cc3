//! JSON 6902 patches, as `evanphx/json-patch` v4 applies them: negative indices count from the end, and
//! `replace` of a key that is absent sets it.

use gitops_model::{FieldPath, Removal, Segment};
use gitops_yaml::{Entry, Node, Scalar, SmolStr, Sources, Span, Value};

use crate::error::{Error, Result};
use crate::json::encode;
use crate::yaml11;

/// The operations of one patch.
#[derive(Debug, Clone)]
pub(crate) struct JsonPatch(Vec<Operation>);

#[derive(Debug, Clone)]
struct Operation {
    op: Option<SmolStr>,
    path: Option<SmolStr>,
    from: Option<SmolStr>,
    value: Option<Node>,
    span: Span,
}

impl JsonPatch {
    /// Reads a list of operations; `None` if the node is no such list.
    pub(crate) fn read(node: &Node, sources: &Sources) -> Option<Self> {
        let node = yaml11::read(node, sources);
        if node.is_null() {
            return Some(Self(Vec::new()));
        }
        let operation = |item: &Node| {
            item.as_map()?;
            let text = |key| item.get(key).and_then(Node::as_str).map(SmolStr::new);
            Some(Operation {
                op: text("op"),
                path: text("path"),
                from: text("from"),
                value: item.get("value").cloned(),
                span: item.span(),
            })
        };
        node.as_seq()?.iter().map(operation).collect::<Option<_>>().map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an operation looks at all annotations, where kustomize keeps some of its own.
    pub(crate) fn reads_annotations(&self) -> bool {
        self.0.iter().any(|operation| {
            let read = match operation.op.as_deref() {
                Some("test") => &operation.path,
                Some("copy" | "move") => &operation.from,
                _ => return false,
            };
            matches!(read.as_deref(), Some("" | "/metadata" | "/metadata/annotations"))
        })
    }

    /// Applies all operations.
    pub(crate) fn apply(
        &self,
        doc: &mut Node,
        by: &'static str,
        removed: &mut Vec<Removal>,
    ) -> Result<()> {
        self.0.iter().try_for_each(|operation| operation.apply(doc, by, removed))
    }
}

fn parts(path: &str) -> Option<(Vec<SmolStr>, SmolStr)> {
    let mut parts: Vec<SmolStr> = path.split('/').skip(1).map(unescape).collect();
    parts.pop().map(|key| (parts, key))
}

fn unescape(part: &str) -> SmolStr {
    part.replace("~1", "/").replace("~0", "~").into()
}

/// The map or list that holds a path's last step.
fn container<'d>(doc: &'d mut Node, parts: &[SmolStr]) -> Option<&'d mut Node> {
    let mut node = doc;
    for part in parts {
        node = match &node.value {
            Value::Map(_) => node.get_mut(part)?,
            Value::Seq(items) => {
                let at = position(part, items.len())?;
                node.as_seq_mut()?.get_mut(at)?
            }
            Value::Scalar(_) => return None,
        };
    }
    node.as_scalar().is_none().then_some(node)
}

/// The position that a list's index means, counted from the end below zero.
fn position(text: &str, len: usize) -> Option<usize> {
    let index: i64 = text.parse().ok()?;
    let index = if index < 0 { index + len as i64 } else { index };
    usize::try_from(index).ok().filter(|i| *i < len)
}

impl Operation {
    fn apply(&self, doc: &mut Node, by: &'static str, removed: &mut Vec<Removal>) -> Result<()> {
        match self.op.as_deref().unwrap_or("unknown") {
            "add" => self.add(doc, self.path()?, self.value(), by, "add"),
            "remove" => self.remove(doc, self.path()?, removed, "remove").map(|_| ()),
            "replace" => self.replace(doc, by),
            "move" => {
                let value = self.remove(doc, self.from()?, removed, "move")?;
                self.add(doc, self.path()?, self.moved(value), by, "move")
            }
            "copy" => {
                let value = self.get(doc, self.from()?, "copy")?;
                let value =
                    value.unwrap_or_else(|| Node::null(gitops_yaml::Origin::new(self.span)));
                self.add(doc, self.path()?, self.moved(value), by, "copy")
            }
            "test" => self.test(doc),
            other => Err(self.error(format!("Unexpected kind: {other}"))),
        }
    }

    fn error(&self, message: impl Into<String>) -> Error {
        Error::at(message, self.span)
    }

    fn missing(&self, op: &str, path: &str) -> Error {
        self.error(format!(
            "{op} operation does not apply: doc is missing path: \"{path}\": missing value"
        ))
    }

    fn path(&self) -> Result<&str> {
        let missing = || self.error("operation missing path field: missing value");
        self.path.as_deref().ok_or_else(missing)
    }

    fn from(&self) -> Result<&str> {
        let missing = || self.error("operation, missing from field: missing value");
        self.from.as_deref().ok_or_else(missing)
    }

    fn value(&self) -> Node {
        self.value.clone().unwrap_or_else(|| {
            Node::scalar(Scalar::plain("null"), gitops_yaml::Origin::new(self.span))
        })
    }

    /// A value that this operation brings to another place: the operation is its newest writer.
    fn moved(&self, mut value: Node) -> Node {
        value.origin = value.origin.overridden("patches", self.span);
        value
    }

    fn add(
        &self,
        doc: &mut Node,
        path: &str,
        value: Node,
        by: &'static str,
        op: &str,
    ) -> Result<()> {
        let (steps, key) = parts(path).ok_or_else(|| self.missing(op, path))?;
        let holder = container(doc, &steps).ok_or_else(|| self.missing(op, path))?;
        if let Some(items) = holder.as_seq_mut() {
            let len = items.len();
            let at = if key == "-" { Some(len) } else { position(&key, len + 1) };
            let at = at.ok_or_else(|| {
                let message = format!(
                    "error in add for path: '{path}': Unable to access invalid index: {key}"
                );
                self.error(message)
            })?;
            items.insert(at, value);
            return Ok(());
        }
        put(holder, key, value, by, self.span);
        Ok(())
    }

    fn remove(
        &self,
        doc: &mut Node,
        path: &str,
        removed: &mut Vec<Removal>,
        op: &str,
    ) -> Result<Node> {
        let missing = || self.missing(op, path);
        let (steps, key) = parts(path).ok_or_else(missing)?;
        let at = field_path(doc, &steps, &key);
        let holder = container(doc, &steps).ok_or_else(missing)?;
        let taken = match holder.as_seq().map(<[Node]>::len) {
            Some(len) => {
                position(&key, len).and_then(|at| holder.as_seq_mut().map(|items| items.remove(at)))
            }
            None => holder.remove(&key).map(|e| e.value),
        };
        let taken = taken.ok_or_else(|| {
            let message = format!("error in {op} for path: '{path}': Unable to remove nonexistent key: {key}: missing value");
            self.error(message)
        })?;
        removed.push(Removal { path: at, by: self.span });
        Ok(taken)
    }

    fn replace(&self, doc: &mut Node, by: &'static str) -> Result<()> {
        let path = self.path()?;
        let value = self.value();
        if path.is_empty() {
            if value.as_scalar().is_some() {
                return Err(self.error("replace operation value must be object or array"));
            }
            *doc = value;
            return Ok(());
        }
        let (steps, key) = parts(path).ok_or_else(|| self.missing("replace", path))?;
        let holder = container(doc, &steps).ok_or_else(|| self.missing("replace", path))?;
        match holder.as_seq().map(<[Node]>::len) {
            None => put(holder, key, value, by, self.span),
            Some(len) => {
                let at = position(&key, len).ok_or_else(|| {
                    self.error(format!(
                        "replace operation does not apply: doc is missing key: {path}: missing value"
                    ))
                })?;
                if let Some(slot) = holder.as_seq_mut().and_then(|items| items.get_mut(at)) {
                    *slot = over(value, slot, by);
                }
            }
        }
        Ok(())
    }

    fn get(&self, doc: &mut Node, path: &str, op: &str) -> Result<Option<Node>> {
        let (steps, key) = parts(path).ok_or_else(|| self.missing(op, path))?;
        let holder = container(doc, &steps).ok_or_else(|| self.missing(op, path))?;
        match holder.as_seq() {
            None => Ok(holder.get(&key).cloned()),
            Some(items) => {
                let item = position(&key, items.len()).and_then(|at| items.get(at));
                let missing = || {
                    let message = format!(
                        "error in {op} for path: '{path}': Unable to access invalid index: {key}"
                    );
                    self.error(message)
                };
                item.cloned().map(Some).ok_or_else(missing)
            }
        }
    }

    fn test(&self, doc: &mut Node) -> Result<()> {
        let path = self.path()?;
        let found = if path.is_empty() { Some(doc.clone()) } else { self.get(doc, path, "test")? };
        let text = |node: Option<&Node>| {
            let mut out = String::new();
            match node {
                Some(node) => encode(node, &mut out),
                None => out.push_str("null"),
            }
            out
        };
        if text(found.as_ref()) == text(self.value.as_ref()) {
            return Ok(());
        }
        Err(self.error(format!("testing value {path} failed: test failed")))
    }
}

fn over(mut value: Node, old: &Node, by: &'static str) -> Node {
    value.origin = value.origin.on_top_of(by, &old.origin);
    value
}

fn put(map: &mut Node, key: SmolStr, value: Node, by: &'static str, span: Span) {
    let value = match map.get(&key) {
        Some(old) => over(value, old, by),
        None => value,
    };
    map.set(Entry::new(key, span, value));
}

/// The address of a pointer's end, before it is taken out.
fn field_path(doc: &Node, steps: &[SmolStr], key: &SmolStr) -> FieldPath {
    let mut node = Some(doc);
    let mut segments = Vec::new();
    for step in steps.iter().chain(std::iter::once(key)) {
        match node.map(|n| &n.value) {
            Some(Value::Seq(items)) => {
                let at = position(step, items.len()).unwrap_or(0);
                node = items.get(at);
                segments.push(Segment::Index(at));
            }
            _ => {
                node = node.and_then(|n| n.get(step));
                segments.push(Segment::Key(step.clone()));
            }
        }
    }
    FieldPath(segments)
}
