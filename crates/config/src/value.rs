//! Reads maps and scalars, and notes what is wrong with them.

use std::collections::BTreeMap;

use gitops_yaml::{Entry, Node, SmolStr, Span};

use crate::problems::{Problems, nearest, problem, quoted};

/// A value and where it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

/// One map of the file. Every key that is asked for is a known key; [`Map::finish`] reports the others.
pub(crate) struct Map<'a> {
    node: &'a Node,
    name: String,
    known: Vec<&'static str>,
}

impl<'a> Map<'a> {
    /// The map at `node`, called `name` in messages; empty for the top of the file.
    pub(crate) fn new(
        problems: &mut Problems,
        node: &'a Node,
        name: impl Into<String>,
    ) -> Option<Self> {
        let name = name.into();
        if node.as_map().is_none() {
            problems.expected(node, "a map");
            return None;
        }
        Some(Self { node, name, known: Vec::new() })
    }

    /// The node of a key that may be missing; `null` counts as missing.
    pub(crate) fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.known.push(key);
        self.node.get(key).filter(|n| !n.is_null())
    }

    /// The value of a key that may be missing.
    pub(crate) fn optional<T>(
        &mut self,
        problems: &mut Problems,
        key: &'static str,
        read: impl FnOnce(&mut Problems, &'a Node) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(key)?;
        read(problems, node)
    }

    /// The value of a key that must be there.
    pub(crate) fn required<T>(
        &mut self,
        problems: &mut Problems,
        key: &'static str,
        read: impl FnOnce(&mut Problems, &'a Node) -> Option<T>,
    ) -> Option<T> {
        match self.node(key) {
            Some(node) => read(problems, node),
            None => {
                let message = format!("{} has no `{key}`", self.said());
                problems.list.push(problem(self.node.span(), message));
                None
            }
        }
    }

    /// The items of a list that may be missing; those that cannot be read are left out. `read` gets each
    /// item with its name for messages.
    pub(crate) fn list<T>(
        &mut self,
        problems: &mut Problems,
        key: &'static str,
        mut read: impl FnMut(&mut Problems, &'a Node, String) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let name = self.child(key);
        let Some(items) = node.as_seq() else {
            problems.expected(node, "a list");
            return Vec::new();
        };
        let items = items.iter().enumerate();
        items.filter_map(|(i, item)| read(problems, item, format!("{name}[{i}]"))).collect()
    }

    /// The entries of a map whose keys are names; those that cannot be read are left out.
    pub(crate) fn named<T>(
        &mut self,
        problems: &mut Problems,
        key: &'static str,
        mut read: impl FnMut(&mut Problems, &'a Entry, String) -> Option<T>,
    ) -> BTreeMap<SmolStr, T> {
        let Some(node) = self.node(key) else { return BTreeMap::new() };
        let name = self.child(key);
        let Some(entries) = node.as_map() else {
            problems.expected(node, "a map");
            return BTreeMap::new();
        };
        let read =
            |e: &'a Entry| Some((e.key.clone(), read(problems, e, format!("{name}.{}", e.key))?));
        entries.iter().filter_map(read).collect()
    }

    /// The name of what stands at a key.
    pub(crate) fn child(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// Reports the keys that nothing asked for.
    pub(crate) fn finish(self, problems: &mut Problems) {
        for entry in self.node.entries().iter().filter(|e| !self.known.contains(&e.key.as_str())) {
            let message = format!("{} has no key `{}`", self.said(), entry.key);
            let help = match nearest(&entry.key, &self.known) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("known are {}", quoted(&self.known)),
            };
            problems.list.push(problem(entry.key_span, message).help(help));
        }
    }

    fn said(&self) -> String {
        if self.name.is_empty() { "the configuration".into() } else { format!("`{}`", self.name) }
    }
}

/// Text that is not empty.
pub(crate) fn text(problems: &mut Problems, node: &Node) -> Option<SmolStr> {
    problems.parse(node, "text", |t| (!t.trim().is_empty()).then(|| t.into()))
}

/// Text that is not empty, and where it stands.
pub(crate) fn spanned(problems: &mut Problems, node: &Node) -> Option<Spanned<SmolStr>> {
    text(problems, node).map(|value| Spanned { value, span: node.span() })
}

/// `true` or `false`.
pub(crate) fn boolean(problems: &mut Problems, node: &Node) -> Option<bool> {
    problems.word(node, &[("true", true), ("false", false)])
}

/// A whole number that is not negative.
pub(crate) fn count(problems: &mut Problems, node: &Node) -> Option<u32> {
    problems.parse(node, "a whole number", |t| t.parse().ok())
}

/// A finite number.
pub(crate) fn number(problems: &mut Problems, node: &Node) -> Option<f64> {
    problems.parse(node, "a number", |t| t.parse().ok().filter(|n: &f64| n.is_finite()))
}

/// A map of texts.
pub(crate) fn texts(problems: &mut Problems, entry: &Entry, _: String) -> Option<SmolStr> {
    problems.parse(&entry.value, "text", |t| Some(t.into()))
}
