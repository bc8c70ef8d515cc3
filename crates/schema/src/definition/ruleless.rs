//! Kinds that are known to have no transition rules.

use std::sync::OnceLock;

use gitops_model::Gvk;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    group: String,
    #[serde(default)]
    kinds: Vec<String>,
    #[expect(dead_code, reason = "where the row was read, for those who edit the table")]
    source: String,
}

/// Whether the published CustomResourceDefinition of a kind has no rule that compares an object with
/// what it was.
#[must_use]
pub fn is_ruleless(gvk: &Gvk) -> bool {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    let rows = ROWS
        .get_or_init(|| serde_json::from_str(crate::tables::RULELESS_GROUPS).unwrap_or_default());
    rows.iter().any(|row| {
        row.group == gvk.group && (row.kinds.is_empty() || row.kinds.iter().any(|k| *k == gvk.kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        serde_json::from_str::<Vec<Row>>(crate::tables::RULELESS_GROUPS)
            .expect("the table is well formed");
        assert!(is_ruleless(&Gvk::new("helm.toolkit.fluxcd.io/v2", "HelmRelease")));
        assert!(is_ruleless(&Gvk::new("argoproj.io/v1alpha1", "Application")));
        assert!(!is_ruleless(&Gvk::new("argoproj.io/v1alpha1", "Rollout")));
    }
}
