//! How the API server decodes an object: the type of every field, and how lists and maps are merged.

mod notation;
mod older;
mod structure;
mod table;

use gitops_model::Gvk;
use gitops_yaml::{Node, SmolStr};

pub use structure::{Field, Limits, List, Map, Pairing, Struct, Type};
pub(crate) use table::name_form;
pub use table::{delivery_kind, is_other_alpha, kind, served};

use crate::default_text;

/// What makes an item one and the same in two lists; empty texts where it lacks its keys.
#[must_use]
pub fn identity(item: &Node, pairing: &Pairing, ty: &Type) -> Vec<SmolStr> {
    let default = |key: &SmolStr| match ty {
        Type::Struct(known) => default_text(known, key),
        _ => None,
    };
    match pairing {
        Pairing::Keys(keys) => keys
            .iter()
            .map(|key| {
                item.get(key).and_then(Node::text).map(SmolStr::from).or_else(|| default(key))
            })
            .map(Option::unwrap_or_default)
            .collect(),
        Pairing::Set | Pairing::Atomic => item.text().map(SmolStr::from).into_iter().collect(),
    }
}

/// The fields that identify the items of a list: `["name"]` for `spec.template.spec.containers` of a
/// Deployment. The path holds keys alone; steps into list items are left out. `None` where the list
/// is one value, holds no maps, or the kind is not known.
///
/// ```
/// # use gitops_model::Gvk;
/// let service = Gvk::new("v1", "Service");
/// let keys = gitops_schema::list_keys(&service, &["spec", "ports"]).unwrap();
/// assert_eq!(keys, ["port", "protocol"]);
/// ```
#[must_use]
pub fn list_keys(gvk: &Gvk, path: &[&str]) -> Option<&'static [SmolStr]> {
    let (first, rest) = path.split_first()?;
    let ty = &kind(gvk)?.fields.get(*first)?.ty;
    let ty = rest.iter().try_fold(ty, |ty, key| ty.child(key))?;
    match ty {
        Type::List(list) => match &list.pairing {
            Pairing::Keys(keys) => Some(keys),
            Pairing::Atomic | Pairing::Set => None,
        },
        _ => None,
    }
}
