//! Objects by identity.

use gitops_model::{Gvk, ObjectKey};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ObjectJson<'a> {
    api_version: String,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
}

impl<'a> ObjectJson<'a> {
    pub(super) fn of(gvk: &Gvk, key: &'a ObjectKey) -> Self {
        Self {
            api_version: gvk.api_version(),
            kind: &key.kind,
            namespace: &key.namespace,
            name: &key.name,
        }
    }
}
