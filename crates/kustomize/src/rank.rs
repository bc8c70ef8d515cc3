//! The rank of a kind: which come first, and which last.

use std::collections::HashMap;
use std::sync::OnceLock;

use gitops_model::Gvk;
use gitops_schema::field_specs::{FIRST, LAST};
use gitops_yaml::SmolStr;

/// Ranks of kinds: below zero come first, above zero last.
pub(crate) struct Ranks<'a>(HashMap<&'a str, i64>);

impl<'a> Ranks<'a> {
    pub(crate) fn new(
        first: impl ExactSizeIterator<Item = &'a str>,
        last: impl Iterator<Item = &'a str>,
    ) -> Self {
        let count = first.len() as i64;
        let first = first.enumerate().map(|(i, kind)| (kind, i as i64 - count));
        let last = last.enumerate().map(|(i, kind)| (kind, i as i64 + 1));
        Self(first.chain(last).collect())
    }

    pub(crate) fn default_order() -> &'static Ranks<'static> {
        static RANKS: OnceLock<Ranks<'static>> = OnceLock::new();
        RANKS.get_or_init(|| Ranks::new(FIRST.iter().copied(), LAST.iter().copied()))
    }

    pub(crate) fn of(&self, kind: &str) -> i64 {
        self.0.get(kind).copied().unwrap_or(0)
    }
}

/// What field specs are sorted by.
pub(crate) fn rank(gvk: &Gvk) -> (i64, String) {
    (Ranks::default_order().of(&gvk.kind), sort_text(gvk))
}

/// A part of an identity, or what kustomize writes for none.
pub(crate) fn or<'t>(text: &'t SmolStr, none: &'static str) -> &'t str {
    if text.is_empty() { none } else { text }
}

fn sort_text(gvk: &Gvk) -> String {
    kind_parts(gvk).concat()
}

/// What kinds of one rank are sorted by.
pub(crate) fn kind_parts(gvk: &Gvk) -> [&str; 5] {
    [or(&gvk.group, "~G"), "_", or(&gvk.version, "~V"), "_", or(&gvk.kind, "~K")]
}
