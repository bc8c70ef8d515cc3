//! A resource while it is being built: its body, and what kustomize keeps about it in internal annotations.

use gitops_model::{Gvk, Removal, Resource};
use gitops_yaml::{Entry, Node, Origin, ParseError, Scalar, SmolStr, Span, Style, Value};

use crate::error::Result;
use crate::fields::wrong_kind;
use crate::id::{Id, Identity, Kinds, gvk, meta};
use crate::shared::Shared;

/// What a generator does with an object that is already there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Behavior {
    #[default]
    Unspecified,
    Create,
    Replace,
    Merge,
}

impl Behavior {
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "create" => Self::Create,
            "replace" => Self::Replace,
            "merge" => Self::Merge,
            _ => Self::Unspecified,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Merge => "merge",
        }
    }
}

/// An identity that an object had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Previous {
    pub(crate) name: SmolStr,
    pub(crate) namespace: SmolStr,
    pub(crate) kind: SmolStr,
}

/// What kustomize keeps about an object beside its body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History {
    pub(crate) previous: Vec<Previous>,
    pub(crate) prefixes: Vec<SmolStr>,
    pub(crate) suffixes: Vec<SmolStr>,
    pub(crate) needs_hash: bool,
    pub(crate) behavior: Behavior,
}

impl History {
    pub(crate) fn is_empty(&self) -> bool {
        self.previous.is_empty()
            && self.prefixes.is_empty()
            && self.suffixes.is_empty()
            && !self.needs_hash
            && self.behavior == Behavior::Unspecified
    }

    /// The annotations in which kustomize keeps it, by their names there.
    fn annotations(&self) -> Vec<(&'static str, String)> {
        let list = |part: fn(&Previous) -> &str| {
            self.previous.iter().map(part).collect::<Vec<_>>().join(",")
        };
        let mut all = vec![
            ("previousNames", list(|p| &p.name)),
            ("previousNamespaces", list(|p| &p.namespace)),
            ("previousKinds", list(|p| &p.kind)),
            ("prefixes", self.prefixes.join(",")),
            ("suffixes", self.suffixes.join(",")),
        ];
        if self.needs_hash {
            all.push(("needsHashSuffix", "enabled".to_owned()));
            all.push(("generatorBehavior", self.behavior.name().to_owned()));
        }
        all.retain(|(_, text)| !text.is_empty());
        all
    }
}

/// Something wrong with a value that only who reads the value minds.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// A value is not what its tag says.
    Tag(ParseError),
    /// A key stands twice in the map at a place. Its first entry counts, and behind it waits the next.
    Twice { error: ParseError, map: Span, next: Entry },
}

impl Fault {
    /// What is wrong, and where.
    pub(crate) fn error(&self) -> &ParseError {
        match self {
            Self::Tag(error) | Self::Twice { error, .. } => error,
        }
    }
}

/// A resource while it is being built.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) body: Node,
    pub(crate) history: History,
    /// The vars whose values are read from it.
    pub(crate) vars: Vec<SmolStr>,
    pub(crate) removed: Vec<Removal>,
    pub(crate) stable_name: Option<SmolStr>,
    /// Entries that are one to kustomize.
    pub(crate) shared: Vec<Shared>,
    /// What is wrong in the texts that made it, and may be gone by the end.
    pub(crate) faults: Vec<Fault>,
}

const INTERNAL: &str = "internal.config.kubernetes.io/";

/// Annotations that kustomize takes off at the end.
const BUILD_ANNOTATIONS: [&str; 19] = [
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/prefixes",
    "internal.config.kubernetes.io/suffixes",
    "internal.config.kubernetes.io/previousNamespaces",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/needsHashSuffix",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
    "internal.config.kubernetes.io/helm-generated",
];

impl Object {
    pub(crate) fn new(body: Node) -> Self {
        let history = written_history(&body);
        Self {
            body,
            history,
            vars: Vec::new(),
            removed: Vec::new(),
            stable_name: None,
            shared: Vec::new(),
            faults: Vec::new(),
        }
    }

    pub(crate) fn id(&self, kinds: &Kinds) -> Id {
        Id::of(&self.body, kinds)
    }

    pub(crate) fn identity(&self, kinds: &Kinds) -> Identity<'_> {
        Identity::of(&self.body, kinds)
    }

    pub(crate) fn gvk(&self) -> Gvk {
        gvk(&self.body)
    }

    pub(crate) fn name(&self) -> SmolStr {
        meta(&self.body, "name").into()
    }

    pub(crate) fn namespace(&self) -> SmolStr {
        meta(&self.body, "namespace").into()
    }

    /// The identities it had, oldest first; their group and version are those it has now.
    pub(crate) fn previous_ids(&self) -> impl Iterator<Item = Id> {
        let now = self.gvk();
        self.history.previous.iter().map(move |p| Id {
            gvk: Gvk { kind: p.kind.clone(), ..now.clone() },
            name: p.name.clone(),
            namespace: p.namespace.clone(),
            cluster: false,
        })
    }

    /// The identities it had and the one it has.
    pub(crate) fn any_id(&self, kinds: &Kinds, matches: impl Fn(&Id) -> bool) -> bool {
        self.previous_ids().any(|id| matches(&id)) || matches(&self.id(kinds))
    }

    /// Whether it has, or had, a name.
    pub(crate) fn was_called(&self, name: &str) -> bool {
        meta(&self.body, "name") == name || self.history.previous.iter().any(|p| p.name == name)
    }

    /// The identity it had first.
    pub(crate) fn original_id(&self, kinds: &Kinds) -> Id {
        self.previous_ids().next().unwrap_or_else(|| self.id(kinds))
    }

    /// Remembers the identity it has now.
    pub(crate) fn push_previous(&mut self, kinds: &Kinds) {
        let id = self.id(kinds);
        let namespace = id.effective_namespace().into();
        self.history.previous.push(Previous { name: id.name, namespace, kind: id.gvk.kind });
    }

    /// Whether nothing has written to it.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.body == other.body && self.history == other.history
    }

    /// Whether nothing is left of it.
    pub(crate) fn is_empty(&self) -> bool {
        self.body.is_null() || self.body.as_map().is_some_and(<[Entry]>::is_empty)
    }

    pub(crate) fn label_pairs(&self, field: &str) -> &[Entry] {
        self.body.at(&["metadata", field]).map(Node::entries).unwrap_or_default()
    }

    pub(crate) fn annotation(&self, key: &str) -> Option<&str> {
        let annotations = self.body.at(&["metadata", "annotations"])?;
        annotations.get(key).map(|n| n.text().unwrap_or_default())
    }

    /// Fails if its annotations are no map.
    pub(crate) fn check_annotations(&self) -> Result<()> {
        match self.body.at(&["metadata", "annotations"]) {
            Some(other) if other.as_map().is_none() && !other.is_null() => {
                Err(wrong_kind(other, "MappingNode"))
            }
            _ => Ok(()),
        }
    }

    /// Makes the map in which kustomize keeps the history, if it has one, for a step that only asks whether the
    /// map is there.
    pub(crate) fn make_annotations(&mut self) {
        let annotations = self.body.at(&["metadata", "annotations"]);
        if !self.history.is_empty() && annotations.is_none_or(Node::is_null) {
            let span = self.body.span();
            let empty = Node::map(Vec::new(), Origin::new(span));
            set_below(&mut self.body, &["metadata"], Entry::new("annotations", span, empty));
        }
    }

    /// Sets an annotation of kustomize's own.
    pub(crate) fn set_annotation(&mut self, key: &str, text: &str, span: Span) {
        let value = Node::string(text, Origin::new(span));
        set_below(&mut self.body, &["metadata", "annotations"], Entry::new(key, span, value));
    }

    /// Writes all annotations anew, as strings.
    pub(crate) fn rewrite_annotations(&mut self) {
        let again = |e: &Entry| Entry { key_span: e.value.span(), ..as_new_string(e) };
        if let Some(annotations) = self.body.at_mut(&["metadata", "annotations"]) {
            let all = annotations.entries().iter().map(again).collect();
            *annotations = Node::map(all, annotations.origin.clone());
        }
    }

    pub(crate) fn remove_annotation(&mut self, key: &str) {
        if self.annotation(key).is_some()
            && let Some(annotations) = self.body.at_mut(&["metadata", "annotations"])
        {
            annotations.remove(key);
        }
    }

    /// Writes the history into the body, where kustomize has it, for a step that looks there.
    pub(crate) fn show_history(&mut self) {
        let span = self.body.span();
        for (name, text) in self.history.annotations() {
            self.set_annotation(&format!("{INTERNAL}{name}"), &text, span);
        }
    }

    /// Takes it out again.
    pub(crate) fn hide_history(&mut self) {
        for (name, _) in self.history.annotations() {
            self.remove_annotation(&format!("{INTERNAL}{name}"));
        }
    }

    /// The finished resource; `None` if it has no kind.
    pub(crate) fn finish(self) -> Option<Resource> {
        let mut resource = Resource::maybe_unnamed(self.body)?;
        resource.stable_name = self.stable_name;
        resource.removed = self.removed.into();
        Some(resource)
    }

    /// Annotations end as strings, whatever they were; kustomize's own go, and so does an empty map. The
    /// metadata in which they stand stay, be they empty.
    pub(crate) fn settle_annotations(&mut self) {
        if self.body.get("metadata").is_none() {
            let span = self.body.span();
            self.body.set(Entry::new("metadata", span, Node::map(Vec::new(), Origin::new(span))));
        }
        let Some(annotations) = self.body.at(&["metadata", "annotations"]) else { return };
        let kept = annotations.entries().iter();
        let kept = kept.filter(|e| !BUILD_ANNOTATIONS.contains(&e.key.as_str()));
        let kept: Vec<Entry> = kept.map(as_new_string).collect();
        let origin = annotations.origin.clone();
        if let Some(metadata) = self.body.get_mut("metadata") {
            if kept.is_empty() {
                metadata.remove("annotations");
            } else if let Some(annotations) = metadata.get_mut("annotations") {
                *annotations = Node::map(kept, origin);
            }
        }
    }
}

/// An entry whose value is read as text.
pub(crate) fn as_string(entry: &Entry) -> Entry {
    if entry.value.as_str().is_some() {
        return entry.clone();
    }
    let mut scalar = Scalar::string(entry.value.text().unwrap_or_default());
    scalar.exposure = entry.value.as_scalar().map_or(scalar.exposure, |s| s.exposure);
    Entry { value: Node::scalar(scalar, entry.value.origin.clone()), ..entry.clone() }
}

/// An entry whose value is written anew as text: several lines become a block.
fn as_new_string(entry: &Entry) -> Entry {
    let mut entry = as_string(entry);
    if let Value::Scalar(s) = &mut entry.value.value {
        s.style = if s.text.contains('\n') { Style::Literal } else { Style::Double };
    }
    entry
}

/// Sets an entry of the map at a path, made where it is absent or null.
pub(crate) fn set_below(body: &mut Node, path: &[&str], entry: Entry) {
    let Some((key, rest)) = path.split_first() else {
        body.set(entry);
        return;
    };
    if body.get(key).is_none_or(Node::is_null) {
        let map = Node::map(Vec::new(), Origin::new(entry.key_span));
        body.set(Entry::new(*key, entry.key_span, map));
    }
    if let Some(next) = body.get_mut(key) {
        set_below(next, rest, entry);
    }
}

/// What an input claims in internal annotations of its own.
fn written_history(body: &Node) -> History {
    let mut history = History::default();
    let annotations = body.at(&["metadata", "annotations"]);
    let entries = annotations.map(Node::entries).unwrap_or_default();
    if !entries.iter().any(|e| e.key.starts_with(INTERNAL)) {
        return history;
    }
    let list = |name: &str| -> Vec<SmolStr> {
        let entry = entries.iter().find(|e| e.key.strip_prefix(INTERNAL) == Some(name));
        let text = entry.and_then(|e| e.value.text());
        text.map(|t| t.split(',').map(SmolStr::new).collect()).unwrap_or_default()
    };
    let names = list("previousNames").into_iter();
    let others = list("previousNamespaces").into_iter().zip(list("previousKinds"));
    history.previous = names
        .zip(others)
        .map(|(name, (namespace, kind))| Previous { name, namespace, kind })
        .collect();
    history.prefixes = list("prefixes");
    history.suffixes = list("suffixes");
    history.needs_hash = list("needsHashSuffix") == ["enabled"];
    history.behavior = Behavior::named(list("generatorBehavior").first().map_or("", |b| b));
    history
}
