//! Secrets: `stringData` is written into `data` and forgotten.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gitops_yaml::{Entry, Node, Scalar};

use crate::edit;

/// `Convert_v1_Secret_To_core_Secret` of pkg/apis/core/v1/conversion.go.
pub(super) fn merge_string_data(secret: &mut Node) {
    let Some(texts) = secret.remove("stringData") else { return };
    edit::ensure_map(secret, &[], "data");
    let Some(data) = secret.get_mut("data") else { return };
    for entry in texts.value.entries() {
        let Some(scalar) = entry.value.as_scalar() else { continue };
        let encoded = STANDARD.encode(scalar.text.as_bytes());
        let encoded = Scalar { exposure: scalar.exposure, ..Scalar::string(encoded) };
        let value = Node::scalar(encoded, entry.value.origin.clone());
        data.set(Entry::new(entry.key.clone(), entry.key_span, value));
    }
}
