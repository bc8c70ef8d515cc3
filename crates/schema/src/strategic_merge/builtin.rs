//! The schema that kustomize has built in: the table `kustomize-merge-keys` as constants.

use std::borrow::Cow;

use gitops_yaml::SmolStr;

use super::field::Field;

/// The fields of a type on the way to a list that merges, sorted by their names.
pub(super) type Fields = &'static [(&'static str, Field)];

include!(concat!(env!("OUT_DIR"), "/merge_keys.rs"));

/// The name of the type of a kind.
pub(super) fn of_kind(api_version: &str, kind: &str) -> Option<&'static str> {
    let at = KINDS.binary_search_by_key(&(api_version, kind), |&(of, _)| of).ok()?;
    Some(KINDS[at].1)
}

/// The fields of the type of that name.
pub(super) fn fields_of(name: &str) -> Option<Fields> {
    let at = TYPES.binary_search_by_key(&name, |&(of, _)| of).ok()?;
    Some(TYPES[at].1)
}

/// One of the fields.
pub(super) fn field(fields: Fields, key: &str) -> Option<&'static Field> {
    let at = fields.binary_search_by_key(&key, |(of, _)| *of).ok()?;
    Some(&fields[at].1)
}
