//! Names of objects.

use gitops_model::{FieldPath, Resource};

use super::place::Place;
use super::unknown::is_unknown;
use super::violation::{Fault, Violation};
use crate::format::Format;
use crate::types::name_form;

/// What is wrong with the name of an object, if anything: the API server takes DNS names, of some kinds
/// other ones.
#[must_use]
pub fn misnamed(object: &Resource) -> Option<Violation> {
    let name = object.at(&["metadata", "name"])?;
    let form = Format::of_text(name_form(&object.gvk))?;
    let wrong = name.as_str().filter(|text| !text.is_empty() && !(form.holds)(text));
    wrong.filter(|_| !is_unknown(name))?;
    let fault = Fault::NotAllowed { allowed: form.wanted.to_owned(), near: None };
    let top = FieldPath::keys(&["metadata", "name"]);
    Some(Place::at(&top).violation(name, fault))
}
