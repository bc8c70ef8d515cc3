//! What merging knows of a place in an object.

use std::borrow::Cow;

use gitops_yaml::SmolStr;

/// What is known of a value at some place of an object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Field {
    pub(super) list: bool,
    /// What pairs the items of a list that merges; empty where the items themselves are compared.
    pub(crate) keys: Option<Cow<'static, [SmolStr]>>,
    /// The type of the map, or of the items of the list.
    pub(super) of: Option<SmolStr>,
}
