//! The kinds that kustomize knows to be cluster-scoped as a constant.

use serde::Deserialize;

/// A row of `kustomize-cluster-scoped.yaml`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    api_versions: Vec<String>,
    kinds: Vec<String>,
    since: Option<String>,
}

/// The constant: kind, version and whether the release before lacks it, sorted.
pub(crate) fn constants(rows: &[Row]) -> String {
    let mut sorted = Vec::new();
    for row in rows {
        for kind in &row.kinds {
            sorted.extend(
                row.api_versions.iter().map(|version| (kind, version, row.since.is_some())),
            );
        }
    }
    sorted.sort_unstable();
    format!("static KINDS: &[(&str, &str, bool)] = &{sorted:?};\n")
}
