//! Which item of a list before is which item after.

use std::collections::BTreeMap;

use gitops_model::Segment;
use gitops_schema::Pairing;
use gitops_yaml::{Node, SmolStr};

/// Fields that identify the items of a list by convention, the most telling first. They stand in for
/// the merge keys of kinds whose schema is not known.
const IDENTITIES: [&[&str]; 16] = [
    &["name"],
    &["mountPath"],
    &["devicePath"],
    &["containerPort", "protocol"],
    &["port", "protocol"],
    &["key"],
    &["id"],
    &["ip"],
    &["kind", "name"],
    &["kind", "namespace", "name"],
    &["topologyKey", "whenUnsatisfiable"],
    &["host"],
    &["path"],
    &["alert"],
    &["record"],
    &["type"],
];

/// The longest pair of runs, in cells, that is searched for what they have in common.
const MAX_CELLS: usize = 1 << 18;

/// One item of either list, or of both.
pub(crate) struct Pair<'a> {
    pub(crate) step: Segment,
    pub(crate) old: Option<&'a Node>,
    pub(crate) new: Option<&'a Node>,
}

/// The items in pairs, those of the new list first and in order.
pub(crate) struct Pairs<'a> {
    pub(crate) items: Vec<Pair<'a>>,
    /// Whether the items that both lists have stand in another order.
    pub(crate) reordered: bool,
}

/// Pairs the items of two lists: by the keys that the schema knows if they identify them, by a
/// conventional identity, else by what the lists have in common.
pub(crate) fn pair<'a>(old: &'a [Node], new: &'a [Node], known: Option<&Pairing>) -> Pairs<'a> {
    let keys: Vec<&str> = match known {
        Some(Pairing::Keys(keys)) => keys.iter().map(SmolStr::as_str).collect(),
        _ => Vec::new(),
    };
    let known = Some(keys.as_slice()).filter(|keys| !keys.is_empty());
    known
        .into_iter()
        .chain(IDENTITIES)
        .find_map(|keys| Some(by_key(identify(old, keys)?, identify(new, keys)?)))
        .unwrap_or_else(|| Pairs { items: in_common(old, new), reordered: false })
}

type Identity = Vec<(SmolStr, SmolStr)>;

/// Each item with the values of its keys; `None` if an item lacks one or two items share them.
fn identify<'a>(items: &'a [Node], keys: &[&str]) -> Option<Vec<(Identity, &'a Node)>> {
    let value = |item: &Node, key: &str| match item.get(key) {
        Some(value) => value.text().map(SmolStr::new),
        None if key == "protocol" => Some("TCP".into()),
        None => None,
    };
    let identity = |item: &Node| {
        keys.iter().map(|key| Some((SmolStr::new(key), value(item, key)?))).collect::<Option<_>>()
    };
    let identified: Vec<(Identity, &Node)> =
        items.iter().map(|item| Some((identity(item)?, item))).collect::<Option<_>>()?;
    let distinct: BTreeMap<&Identity, ()> = identified.iter().map(|(i, _)| (i, ())).collect();
    (distinct.len() == items.len()).then_some(identified)
}

fn by_key<'a>(old: Vec<(Identity, &'a Node)>, new: Vec<(Identity, &'a Node)>) -> Pairs<'a> {
    let mut left: BTreeMap<Identity, (usize, &Node)> =
        old.into_iter().enumerate().map(|(at, (identity, node))| (identity, (at, node))).collect();
    let mut items = Vec::new();
    let mut order = Vec::new();
    for (identity, node) in new {
        let before = left.remove(&identity);
        order.extend(before.map(|(at, _)| at));
        let old = before.map(|(_, node)| node);
        items.push(Pair { step: step(identity, node), old, new: Some(node) });
    }
    let mut gone: Vec<(usize, Pair<'_>)> = left
        .into_iter()
        .map(|(identity, (at, node))| {
            (at, Pair { step: step(identity, node), old: Some(node), new: None })
        })
        .collect();
    gone.sort_by_key(|(at, _)| *at);
    items.extend(gone.into_iter().map(|(_, pair)| pair));
    Pairs { items, reordered: !order.is_sorted() }
}

/// The step to an item: by those of its keys that are written.
fn step(identity: Identity, item: &Node) -> Segment {
    Segment::Item(identity.into_iter().filter(|(key, _)| item.get(key).is_some()).collect())
}

/// Pairs what the lists have in common, and between that the rest by position.
fn in_common<'a>(old: &'a [Node], new: &'a [Node]) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (at_old, at_new) in common(old, new).into_iter().chain([(old.len(), new.len())]) {
        let run = (at_old - i).max(at_new - j);
        pairs.extend((0..run).map(|k| {
            let (before, after) = (i + k, j + k);
            let step = Segment::Index(if after < at_new { after } else { before });
            let old = old.get(before).filter(|_| before < at_old);
            Pair { step, old, new: new.get(after).filter(|_| after < at_new) }
        }));
        (i, j) = (at_old + 1, at_new + 1);
    }
    pairs
}

/// The positions of a longest common subsequence. Runs too long to search have nothing in common.
fn common(old: &[Node], new: &[Node]) -> Vec<(usize, usize)> {
    let start = old.iter().zip(new).take_while(|(a, b)| a.same(b)).count();
    let (rest_old, rest_new) = (&old[start..], &new[start..]);
    let end =
        rest_old.iter().rev().zip(rest_new.iter().rev()).take_while(|(a, b)| a.same(b)).count();
    let middle = longest(&rest_old[..rest_old.len() - end], &rest_new[..rest_new.len() - end]);
    let head = (0..start).map(|k| (k, k));
    let tail = (0..end).rev().map(|k| (old.len() - 1 - k, new.len() - 1 - k));
    head.chain(middle.into_iter().map(|(i, j)| (i + start, j + start))).chain(tail).collect()
}

fn longest(old: &[Node], new: &[Node]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    if old.is_empty() || new.is_empty() || (old.len() + 1).saturating_mul(width) > MAX_CELLS {
        return Vec::new();
    }
    // lengths[i * width + j]: the longest common subsequence of old[i..] and new[j..].
    let mut lengths = vec![0_u32; (old.len() + 1) * width];
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            lengths[i * width + j] = if a.same(b) {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let mut found = Vec::new();
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (old.get(i), new.get(j)) {
        if a.same(b) {
            found.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}
