//! Entries of a map while it is read: duplicate keys and `<<`.

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::{Entry, Node, Span};

/// Above this many entries a key is looked up in an index.
const FEW: usize = 16;

/// A map that is being read.
#[derive(Debug, Default)]
pub(super) struct OpenMap {
    entries: Vec<Entry>,
    index: HashMap<SmolStr, usize>,
    /// The key whose value comes next.
    pub(super) key: Option<(SmolStr, Span)>,
    merges: Vec<Node>,
}

impl OpenMap {
    fn position(&mut self, key: &str) -> Option<usize> {
        if self.entries.len() <= FEW {
            return self.entries.iter().position(|e| e.key == key);
        }
        let indexed = self.index.len();
        let missing = self.entries.iter().enumerate().skip(indexed);
        self.index.extend(missing.map(|(i, e)| (e.key.clone(), i)));
        self.index.get(key).copied()
    }

    /// Adds an entry. A key that stands already gets the new value; the entry that gave way is returned.
    pub(super) fn add(&mut self, entry: Entry) -> Option<Entry> {
        match self.position(&entry.key) {
            Some(at) => Some(std::mem::replace(&mut self.entries[at], entry)),
            None => {
                self.entries.push(entry);
                None
            }
        }
    }

    /// Whether a `<<` key was met already.
    pub(super) fn has_merged(&self) -> bool {
        !self.merges.is_empty()
    }

    /// Notes the value of a `<<` key; false if it is neither a map nor a list of maps.
    pub(super) fn merge(&mut self, value: Node) -> bool {
        let is_map = |n: &Node| n.as_map().is_some();
        let mergeable = is_map(&value) || value.as_seq().is_some_and(|s| s.iter().all(is_map));
        if mergeable {
            self.merges.push(value);
        }
        mergeable
    }

    /// The entries, with those of `<<` values behind: what is written beside them wins, then the earlier.
    pub(super) fn finish(mut self) -> Vec<Entry> {
        for merge in std::mem::take(&mut self.merges) {
            let maps = merge.as_seq().unwrap_or(std::slice::from_ref(&merge));
            for entry in maps.iter().flat_map(Node::entries) {
                if self.position(&entry.key).is_none() {
                    self.entries.push(entry.clone());
                }
            }
        }
        // Trees live long, and most maps are small.
        self.entries.shrink_to_fit();
        self.entries
    }
}
