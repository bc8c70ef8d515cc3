//! Lists whose items are paired by keys. The steps, odd ones included, are kustomize's: items that lack a
//! key take part in them, and some inputs lose items.

use gitops_model::Segment;
use gitops_yaml::{Entry, Node, Origin, Scalar, SmolStr, Style};

use super::{
    DIRECTIVE, Directive, MergeError, Merger, directive as map_directive, named_directive,
};
use crate::strategic_merge::field::Field;

/// What a list is merged with.
pub(super) enum Other<'a> {
    /// No patch speaks of it.
    Nothing,
    /// It is new: kustomize merges it with itself.
    Itself,
    /// A patch.
    Patch(&'a Node),
}

type Values = Vec<SmolStr>;

/// The directive of a list, an item of its own, and the list without it.
pub(super) fn directive(patch: &Node) -> Result<(Directive, Node), MergeError> {
    let item = patch.items().iter().find(|n| n.get(DIRECTIVE).is_some());
    let Some(node) = item.filter(|n| n.entries().len() == 1).and_then(|n| n.get(DIRECTIVE)) else {
        return Ok((Directive::Merge, patch.clone()));
    };
    let named = named_directive(node)?;
    let text = node.text().map(SmolStr::new).unwrap_or_default();
    let mut rest = patch.clone();
    if let Some(items) = rest.as_seq_mut() {
        set_element(items, None, &[DIRECTIVE.into()], &[text]);
    }
    Ok((named, rest))
}

impl Merger<'_> {
    pub(super) fn walk_list(
        &mut self,
        dest: Node,
        patch: &Node,
        field: Option<&Field>,
    ) -> Result<Option<Node>, MergeError> {
        let Some(keys) = field.and_then(|f| f.keys.as_deref()) else {
            return Ok(Some(self.over(patch.clone(), &dest)));
        };
        match directive(patch)? {
            (Directive::Delete, _) => {
                let item = patch.items().iter().find(|n| n.get(DIRECTIVE).is_some());
                self.note_removal(item.map_or(patch.span(), Node::span));
                Ok(None)
            }
            (Directive::Replace, rest) => {
                let merged = self.merge_lists(rest, Other::Itself, field, keys)?;
                Ok(merged.map(|node| self.over(node, &dest)))
            }
            (Directive::Merge, rest) => self.merge_lists(dest, Other::Patch(&rest), field, keys),
        }
    }

    pub(super) fn merge_lists(
        &mut self,
        mut dest: Node,
        other: Other,
        field: Option<&Field>,
        keys: &[SmolStr],
    ) -> Result<Option<Node>, MergeError> {
        let items = field.and_then(|f| self.schema.items(f));
        let no_keys = [SmolStr::default()];
        let primitive = keys.is_empty();
        let keys = if primitive { &no_keys[..] } else { keys };
        let patch = match &other {
            Other::Patch(patch) => patch.items(),
            Other::Nothing | Other::Itself => &[],
        };
        let mut values = values_of(patch, dest.items(), keys, primitive);
        if keys.len() > 1 {
            spread_values(&mut values);
        }
        let mut added: Vec<Node> = Vec::new();
        let mut valid_keys: Vec<SmolStr> = Vec::new();
        let list_origin = dest.origin.clone();
        let mut rest: Vec<Node> = dest.items().to_vec();
        for i in 0..values.len() {
            let (valid, wanted) = valid_keys_of(&values, &values[i], keys);
            let (match_keys, match_values) =
                valid_keys_of(std::slice::from_ref(&wanted), &wanted, &valid);
            let at = find(&rest, &match_keys, &match_values);
            let from = find(patch, &match_keys, &match_values).map(|i| &patch[i]);
            self.path.push(item_segment(&match_keys, &match_values));
            let (merged, in_place) = match (at, from) {
                (Some(at), None) if matches!(other, Other::Itself) => {
                    let fresh = self.fresh(&rest[at].clone(), items.as_ref())?;
                    if rest[at].get(DIRECTIVE).is_some() {
                        rest[at].remove(DIRECTIVE);
                    }
                    (fresh, true)
                }
                (Some(at), from) => {
                    let replaced = from
                        .is_some_and(|p| map_directive(p).is_ok_and(|d| d == Directive::Replace));
                    (self.walk(rest[at].clone(), from, items.as_ref())?, !replaced)
                }
                (None, Some(from)) => (self.fresh(from, items.as_ref())?, false),
                (None, None) => (None, false),
            };
            self.path.pop();
            valid_keys.clone_from(&valid);
            let merged = merged.filter(|n| !is_empty_map(n) && !n.is_null());
            let Some(mut merged) = merged else {
                set_element(&mut rest, None, &valid, &wanted);
                continue;
            };
            if !primitive {
                add_keys(&mut merged, &valid, &wanted, &list_origin);
            }
            if let Some(slot) = at.filter(|_| in_place).and_then(|at| rest.get_mut(at)) {
                *slot = merged.clone();
            }
            set_element(&mut added, Some(merged), &valid, &wanted);
        }
        if !values.is_empty() {
            append(&mut added, &rest, &valid_keys)?;
            if !same_items(&added, dest.items())
                && let Some(items) = dest.as_seq_mut()
            {
                *items = added;
            }
        }
        Ok(Some(dest))
    }
}

/// The values of the keys of every item, each combination once, those of the patch first.
fn values_of(patch: &[Node], dest: &[Node], keys: &[SmolStr], primitive: bool) -> Vec<Values> {
    let mut all: Vec<Values> = Vec::new();
    for item in patch.iter().chain(dest) {
        let values: Values = if primitive {
            vec![item.text().map(SmolStr::new).unwrap_or_default()]
        } else {
            keys.iter().map(|k| key_value(item, k)).collect()
        };
        if !all.contains(&values) {
            all.push(values);
        }
    }
    all
}

fn key_value(item: &Node, key: &str) -> SmolStr {
    let value = item.get(key).filter(|n| !n.is_null());
    value.and_then(Node::text).map(SmolStr::new).unwrap_or_default()
}

/// Fills what one combination lacks from another that agrees with it elsewhere.
fn spread_values(all: &mut [Values]) {
    for i in 0..all.len() {
        let mine = all[i].clone();
        for j in 0..all.len() {
            if let Some(joined) = joined(&mine, &all[j]) {
                all[i].clone_from(&joined);
                all[j] = joined;
            }
        }
    }
}

fn joined(a: &Values, b: &Values) -> Option<Values> {
    let mut common = false;
    let mut out = Vec::with_capacity(a.len());
    for (a, b) in a.iter().zip(b) {
        common |= a == b;
        if a != b && !a.is_empty() && !b.is_empty() {
            return None;
        }
        out.push(if a.is_empty() { b.clone() } else { a.clone() });
    }
    common.then_some(out)
}

/// The keys that any combination has a value for, and their values in this one.
fn valid_keys_of(all: &[Values], values: &Values, keys: &[SmolStr]) -> (Vec<SmolStr>, Values) {
    let valid: Vec<bool> = (0..keys.len())
        .map(|i| all.iter().any(|v| v.get(i).is_some_and(|v| !v.is_empty())))
        .collect();
    if !valid.contains(&true) {
        return (keys.to_vec(), values.clone());
    }
    let pairs = keys.iter().zip(values).zip(&valid).filter(|(_, valid)| **valid);
    pairs.map(|((k, v), _)| (k.clone(), v.clone())).unzip()
}

/// The first item with these values under these keys; without a key, with this text.
fn find(items: &[Node], keys: &[SmolStr], values: &Values) -> Option<usize> {
    items.iter().position(|item| {
        if keys.first().is_none_or(|k| k.is_empty()) {
            return item.text().unwrap_or_default() == values.first().map_or("", |v| v.as_str());
        }
        item.as_map().is_some()
            && keys.iter().zip(values).all(|(k, v)| {
                let value = item.get(k);
                value.is_some_and(|n| n.text().unwrap_or_default() == v.as_str())
            })
    })
}

/// kustomize's `ElementSetter`: puts an element in the place of all that match, or at the end; without an
/// element it takes them out. Empty items are dropped on the way.
fn set_element(items: &mut Vec<Node>, element: Option<Node>, keys: &[SmolStr], values: &[SmolStr]) {
    let by_key = keys.first().is_some_and(|k| !k.is_empty())
        && values.first().is_some_and(|v| !v.is_empty());
    let mut out = Vec::with_capacity(items.len() + 1);
    let mut found_any = false;
    for item in items.drain(..) {
        if item.is_null() || is_empty_map(&item) {
            continue;
        }
        if item.as_map().is_none() && by_key {
            out.push(item);
            continue;
        }
        if !element_matches(&item, keys, values) {
            if !values.is_empty() {
                out.push(item);
            }
            continue;
        }
        found_any = true;
        out.extend(element.clone());
    }
    *items = out;
    if !found_any {
        items.extend(element.filter(|e| !e.is_null()));
    }
}

/// A key beyond the last value matches if the key before it did; a value that is empty matches any.
fn element_matches(item: &Node, keys: &[SmolStr], values: &[SmolStr]) -> bool {
    let mut last = false;
    for (i, key) in keys.iter().enumerate() {
        if let Some(value) = values.get(i) {
            last = if key.is_empty() {
                item.text().unwrap_or_default() == value.as_str()
            } else {
                item.get(key).is_some_and(|n| {
                    value.is_empty() || n.text().is_some_and(|t| t == value.as_str())
                })
            };
        }
        if !last {
            return false;
        }
    }
    !keys.is_empty()
}

/// Adds what the list still holds behind what was merged.
fn append(into: &mut Vec<Node>, rest: &[Node], keys: &[SmolStr]) -> Result<(), MergeError> {
    for item in rest {
        if keys.first().is_none_or(|k| k.is_empty()) {
            let text = item.text().map(SmolStr::new).unwrap_or_default();
            set_element(into, Some(item.clone()), &[SmolStr::default()], &[text]);
            continue;
        }
        let mut values = Vec::new();
        for key in keys {
            if item.as_map().is_none() && !item.is_null() {
                let message = "wrong node kind: expected MappingNode".to_owned();
                return Err(MergeError { message, span: item.span() });
            }
            match item.get(key) {
                Some(value) => values.push(value.text().map(SmolStr::new).unwrap_or_default()),
                None => into.push(item.clone()),
            }
        }
        if keys.len() > 1 {
            set_element(into, None, keys, &values);
        }
        set_element(into, Some(item.clone()), keys, &values);
    }
    Ok(())
}

/// Writes keys that pairing has filled in.
fn add_keys(item: &mut Node, keys: &[SmolStr], values: &[SmolStr], list: &Origin) {
    for (key, value) in keys.iter().zip(values) {
        if value.is_empty() || item.get(key).is_some() || item.as_map().is_none() {
            continue;
        }
        let mut scalar = Scalar::plain(value.clone());
        if scalar.kind != gitops_yaml::ScalarKind::Str {
            super::set_style(&mut scalar, Style::Double);
        }
        let origin = Origin::new(list.span);
        item.set(Entry::new(key.clone(), list.span, Node::scalar(scalar, origin)));
    }
}

fn item_segment(keys: &[SmolStr], values: &[SmolStr]) -> Segment {
    Segment::Item(keys.iter().cloned().zip(values.iter().cloned()).collect())
}

fn is_empty_map(node: &Node) -> bool {
    node.as_map().is_some_and(<[Entry]>::is_empty)
}

fn same_items(a: &[Node], b: &[Node]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| super::is_shared(a, b))
}
