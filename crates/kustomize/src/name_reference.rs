//! References by name follow the objects that were renamed.

use std::collections::{HashMap, HashSet};

use gitops_model::Gvk;
use gitops_yaml::{Entry, Node, SmolStr, Value};

use crate::config::{Config, Spec};
use crate::error::{Context as _, Error, Result};
use crate::fields::{Tag, rewrite, string, written};
use crate::id::{Id, Kinds};
use crate::object::{History, Object};
use crate::resources::Resources;

/// What is looked at of every object that may be referred to.
struct Candidate {
    id: Id,
    previous: Vec<Id>,
    prefixes: Vec<SmolStr>,
    suffixes: Vec<SmolStr>,
    /// The node of its current name, for the history.
    name: Node,
    namespace: Option<Node>,
}

impl Candidate {
    fn new(object: &Object, kinds: &Kinds) -> Option<Self> {
        let metadata = object.body.get("metadata")?;
        Some(Self {
            id: object.id(kinds),
            previous: object.previous_ids().collect(),
            prefixes: object.history.prefixes.clone(),
            suffixes: object.history.suffixes.clone(),
            name: metadata.get("name")?.clone(),
            namespace: metadata.get("namespace").filter(|n| !n.is_null()).cloned(),
        })
    }

    fn original_namespace(&self) -> &str {
        self.previous.first().unwrap_or(&self.id).effective_namespace()
    }
}

/// Updates all references.
pub(crate) fn fix(resources: &mut Resources, config: &Config, kinds: &Kinds) -> Result<()> {
    // Only a name that an object once had leads to it.
    let renamed = resources.0.iter().filter(|o| !o.history.previous.is_empty());
    let candidates: Vec<Candidate> = renamed.filter_map(|o| Candidate::new(o, kinds)).collect();
    let mut by_name: HashMap<SmolStr, Vec<usize>> = HashMap::new();
    for (i, candidate) in candidates.iter().enumerate() {
        for id in &candidate.previous {
            let known = by_name.entry(id.name.clone()).or_default();
            if known.last() != Some(&i) {
                known.push(i);
            }
        }
    }
    for object in &mut resources.0 {
        let referrer = Referrer::new(&object.body, &object.history, kinds)?;
        let gvk = &referrer.id.gvk;
        let original = object.history.previous.first().map_or(&gvk.kind, |p| &p.kind);
        let original = Gvk { kind: original.clone(), ..gvk.clone() };
        for (to, spec) in &*config.name_fields(&original) {
            let target = Target {
                referrer: &referrer,
                to,
                candidates: &candidates,
                by_name: &by_name,
                role: role_of(&object.body, spec),
            };
            rewrite(&mut object.body, gvk, spec, None, &mut |node| target.update(node))
                .with_context(|| {
                    let (path, id) = (&spec.path, &referrer.id);
                    format!("updating name reference in '{path}' field of '{id}'")
                })?;
        }
    }
    Ok(())
}

/// The object that holds a reference.
struct Referrer<'a> {
    id: Id,
    history: &'a History,
    /// Namespaces that a role binding's service accounts name.
    bound: HashSet<SmolStr>,
}

impl<'a> Referrer<'a> {
    fn new(body: &Node, history: &'a History, kinds: &Kinds) -> Result<Self> {
        let id = Id::of(body, kinds);
        let mut bound = HashSet::new();
        if id.gvk.kind == "RoleBinding" {
            for subject in body.get("subjects").map(Node::items).unwrap_or_default() {
                let kind = subject.get("kind").and_then(Node::text);
                let Some(namespace) =
                    subject.get("namespace").filter(|_| kind == Some("ServiceAccount"))
                else {
                    continue;
                };
                let Some(text) = namespace.as_str() else {
                    let message =
                        format!("Invalid Input: namespace is blank for resource \"{id}\"");
                    return Err(Error::at(message, namespace.span()));
                };
                bound.insert(text.into());
            }
        }
        Ok(Self { id, history, bound })
    }

    /// Whether it may refer to the candidate at all.
    fn can_reach(&self, candidate: &Candidate) -> bool {
        self.id.cluster
            || candidate.id.cluster
            || candidate.id.effective_namespace() == self.id.effective_namespace()
            || self.bound.contains(&candidate.id.namespace)
    }
}

/// The kind of role that a binding names, for paths that end there.
fn role_of(body: &Node, spec: &Spec) -> Option<Gvk> {
    if !spec.path.ends_with("roleRef/name") {
        return None;
    }
    let text = |key| body.at(&["roleRef", key]).and_then(Node::text).map(SmolStr::new);
    Some(Gvk { group: text("apiGroup")?, version: SmolStr::default(), kind: text("kind")? })
}

struct Target<'a> {
    referrer: &'a Referrer<'a>,
    to: &'a Gvk,
    candidates: &'a [Candidate],
    by_name: &'a HashMap<SmolStr, Vec<usize>>,
    role: Option<Gvk>,
}

impl Target<'_> {
    fn update(&self, node: &Node) -> Result<Option<Node>> {
        match &node.value {
            _ if node.is_null() => Ok(None),
            Value::Scalar(_) => self.update_scalar(node),
            Value::Map(_) => self.update_map(node),
            Value::Seq(items) => {
                let mut changed: Option<Node> = None;
                for (i, item) in items.iter().enumerate() {
                    let new = match &item.value {
                        _ if item.is_null() => None,
                        Value::Scalar(_) => self.update_scalar(item)?,
                        Value::Map(_) => self.update_map(item)?,
                        Value::Seq(_) => {
                            let message = "expected to be either a string or a map of string";
                            return Err(Error::at(message, item.span()));
                        }
                    };
                    let list = changed.get_or_insert_with(|| node.clone()).as_seq_mut();
                    if let (Some(new), Some(slot)) = (new, list.and_then(|l| l.get_mut(i))) {
                        *slot = new;
                    }
                }
                Ok(changed)
            }
        }
    }

    fn update_scalar(&self, node: &Node) -> Result<Option<Node>> {
        let old = node.text().unwrap_or_default();
        let found = self.referral(old, |_| true, |c| c.id.name.as_str().to_owned())?;
        match found.filter(|c| c.id.name != old) {
            Some(found) => renamed(node, &found.name).map(Some),
            None => Ok(None),
        }
    }

    fn update_map(&self, node: &Node) -> Result<Option<Node>> {
        let Some(name) = node.get("name") else {
            return Err(Error::at("path config error; no 'name' field in node", node.span()));
        };
        let old = name.text().unwrap_or_default();
        let namespace = node.get("namespace").map(|n| n.text().unwrap_or_default());
        let originally = |namespace: &str| {
            self.reachable().any(|c| !c.id.cluster && c.original_namespace() == namespace)
        };
        let in_namespace = |c: &Candidate| match namespace {
            None => true,
            Some(namespace) if originally(namespace) => c.original_namespace() == namespace,
            Some(namespace) => c.id.effective_namespace() == namespace,
        };
        let both = |c: &Candidate| format!("{}/{}", c.id.name, c.id.namespace);
        let Some(found) = self.referral(old, in_namespace, both)? else { return Ok(None) };
        if found.id.name == old && found.id.namespace.is_empty() {
            return Ok(None);
        }
        let mut node = node.clone();
        if let Some(slot) = node.get_mut("name") {
            *slot = renamed(slot, &found.name)?;
        }
        if let Some(namespace) = &found.namespace {
            let value = match node.get("namespace") {
                Some(old) => renamed(old, namespace)?,
                None => string(found.id.namespace.clone(), namespace.origin.clone()),
            };
            node.set(Entry::new("namespace", namespace.span(), value));
        }
        Ok(Some(node))
    }

    fn reachable(&self) -> impl Iterator<Item = &Candidate> {
        self.candidates.iter().filter(|c| self.referrer.can_reach(c))
    }

    /// The object that a name means, if that can be told.
    fn referral(
        &self,
        name: &str,
        in_namespace: impl Fn(&Candidate) -> bool,
        result: impl Fn(&Candidate) -> String,
    ) -> Result<Option<&Candidate>> {
        let named = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut found: Vec<&Candidate> = named
            .iter()
            .filter_map(|i| self.candidates.get(*i))
            .filter(|c| self.referrer.can_reach(c) && in_namespace(c))
            .filter(|c| c.previous.iter().any(|id| Id::selects(self.to, &id.gvk)))
            .filter(|c| {
                let role = self.role.as_ref();
                role.is_none_or(|r| c.previous.iter().any(|id| Id::selects(r, &id.gvk)))
            })
            .filter(|c| self.same_namespace(c))
            .collect();
        if found.len() > 1 {
            found.retain(|c| self.same_affixes(c, true));
        }
        if found.len() > 1 {
            found.retain(|c| self.same_affixes(c, false));
        }
        let [first, rest @ ..] = found.as_slice() else { return Ok(None) };
        if rest.iter().all(|c| result(c) == result(first)) {
            return Ok(Some(first));
        }
        let ids: Vec<String> = found.iter().map(|c| c.id.to_string()).collect();
        Err(Error::new(format!("found multiple possible referrals: {}", ids.join(", ")), None))
    }

    fn same_namespace(&self, candidate: &Candidate) -> bool {
        self.referrer.id.cluster
            || candidate.id.cluster
            || candidate.id.gvk.kind == "ServiceAccount"
            || candidate.id.effective_namespace() == self.referrer.id.effective_namespace()
    }

    /// Whether both went through the same prefixes and suffixes at the end.
    fn same_affixes(&self, candidate: &Candidate, empty_matches: bool) -> bool {
        let same = |a: &[SmolStr], b: &[SmolStr]| {
            empty_matches && (a.is_empty() || b.is_empty()) || same_ending(a, b)
        };
        let history = self.referrer.history;
        same(&history.prefixes, &candidate.prefixes) && same(&history.suffixes, &candidate.suffixes)
    }
}

/// Whether the shorter list, unless it alone is empty, is the end of the longer.
fn same_ending(a: &[SmolStr], b: &[SmolStr]) -> bool {
    let (short, long) = if a.len() > b.len() { (b, a) } else { (a, b) };
    if short.is_empty() { long.is_empty() } else { long.ends_with(short) }
}

/// A reference with the name that another node holds.
fn renamed(old: &Node, name: &Node) -> Result<Node> {
    let text = name.text().unwrap_or_default();
    let mut new = written(old, text, Tag::Implied, "nameReference", name.span())?;
    new.origin = name.origin.on_top_of("nameReference", &old.origin);
    Ok(new)
}
