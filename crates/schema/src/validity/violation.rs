//! Something wrong, and how it is said.

use gitops_model::FieldPath;
use gitops_yaml::{Node, Origin, SmolStr};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field.
    pub path: FieldPath,
    /// What is wrong with it.
    pub fault: Fault,
    /// Its value; that of the map which lacks it, where it is missing.
    pub value: Node,
    /// Who wrote it: the key, where it is not known.
    pub origin: Origin,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The kind has no such field.
    Unknown {
        /// A field that it has, and that differs by a slip of the finger.
        near: Option<SmolStr>,
    },
    /// The value is of another type.
    WrongType {
        /// The type that is wanted, with its article.
        wanted: &'static str,
    },
    /// The field has to be there and is not.
    Missing,
    /// The value is of the right type, but not one of those that are allowed.
    NotAllowed {
        /// What is allowed: `one of ...`, `at least 1`.
        allowed: String,
        /// An allowed text that differs by a slip of the finger.
        near: Option<SmolStr>,
    },
    /// Another item of the list has the same keys.
    Twice,
    /// A rule that the kind's definition puts on the value does not hold.
    RuleBroken {
        /// What the definition says then.
        said: String,
    },
    /// Such a rule cannot be evaluated here: nothing is known to be wrong.
    RuleUnknown {
        /// Why.
        why: String,
    },
}

impl Fault {
    /// A value that is none of those that are allowed, and comes near no word.
    pub(super) fn not_allowed(allowed: impl Into<String>) -> Self {
        Self::NotAllowed { allowed: allowed.into(), near: None }
    }
}

/// The name that was meant: the nearest, at most two edits away, or the same but for its case.
pub(crate) fn nearest<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a SmolStr>,
) -> Option<SmolStr> {
    let distance = |name: &SmolStr| match name.eq_ignore_ascii_case(word) {
        true => 0,
        false => strsim::damerau_levenshtein(name, word),
    };
    let scored = known.into_iter().map(|name| (distance(name), name));
    let near = scored.filter(|(d, name)| *d <= 2 && d * 2 < name.len());
    near.min().map(|(_, name)| name.clone())
}

/// `` one of `A`, `B` and `C` ``.
pub(crate) fn one_of<T: std::fmt::Display>(values: impl Iterator<Item = T>) -> String {
    let values: Vec<String> = values.map(|v| format!("`{v}`")).collect();
    match &values[..] {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [head @ .., last] => format!("one of {} and {last}", head.join(", ")),
    }
}
