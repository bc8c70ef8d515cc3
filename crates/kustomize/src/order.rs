//! The order of objects in the output.

use std::cmp::Ordering;

use crate::decode::text;
use crate::error::{Context as _, Error, Result};
use crate::id::Id;
use crate::kustomization::SortOptions;
use crate::object::Object;
use crate::rank::{Ranks, kind_parts, or};

/// What an object is sorted by.
struct Key {
    rank: i64,
    id: Id,
}

impl Key {
    fn of(id: Id, ranks: &Ranks) -> Self {
        Self { rank: ranks.of(&id.gvk.kind), id }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let (a, b) = (&self.id.gvk, &other.id.gvk);
        if a == b {
            return compare_joined(&name_parts(&self.id), &name_parts(&other.id));
        }
        let namespaces = a.kind == "Namespace" && b.kind == "Namespace";
        let reversed = namespaces && (a.group.is_empty() || b.group.is_empty());
        let by_kind = compare_joined(&kind_parts(a), &kind_parts(b));
        let by_rank = self.rank.cmp(&other.rank);
        by_rank.then(if reversed { by_kind.reverse() } else { by_kind })
    }
}

fn name_parts(id: &Id) -> [&str; 3] {
    [or(&id.namespace, "~X"), "|", or(&id.name, "~N")]
}

/// The order of two texts by their parts.
fn compare_joined(a: &[&str], b: &[&str]) -> Ordering {
    a.iter().flat_map(|part| part.bytes()).cmp(b.iter().flat_map(|part| part.bytes()))
}

/// Puts objects into the order that the root asks for.
pub(crate) fn sort(
    objects: &mut Vec<Object>,
    options: Option<&SortOptions>,
    id: impl Fn(&Object) -> Id,
) -> Result<()> {
    let order = options.map_or("legacy", |o| text(&o.order));
    let legacy = options.and_then(|o| o.legacy.as_ref());
    let fail = |message: &str| {
        let span = options.and_then(|o| o.span);
        Err(Error::new(message, span)).context("sortOptions")
    };
    match order {
        "fifo" if legacy.is_some() => fail(
            "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not \
             'legacy'",
        ),
        "fifo" => Ok(()),
        "legacy" => {
            let own = legacy.map(|l| {
                let first = l.order_first.0.iter().map(|t| t.text.as_str());
                Ranks::new(first, l.order_last.0.iter().map(|t| t.text.as_str()))
            });
            let ranks = own.as_ref().unwrap_or_else(|| Ranks::default_order());
            let mut keyed: Vec<(Key, Object)> =
                objects.drain(..).map(|o| (Key::of(id(&o), ranks), o)).collect();
            keyed.sort_by(|(a, _), (b, _)| a.compare(b));
            objects.extend(keyed.into_iter().map(|(_, object)| object));
            Ok(())
        }
        _ => fail("the field 'sortOptions.order' must be one of [fifo, legacy]"),
    }
}
