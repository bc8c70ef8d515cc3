//! Fields that older releases drop.

use std::sync::OnceLock;

use gitops_yaml::{Node, SmolStr};
use serde::Deserialize;

use crate::Update;

const TABLE: &str = include_str!("../../../../schemas/tables/gated-fields.yaml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    group: SmolStr,
    kind: SmolStr,
    path: String,
    since: u32,
    #[expect(dead_code, reason = "where the row was read, for those who edit the table")]
    source: String,
}

/// Drops what the release does not know yet.
pub(super) fn drop(node: &mut Node, update: &Update<'_>) {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| serde_yaml::from_str(TABLE).unwrap_or_default());
    let gvk = &update.new.gvk;
    let newer =
        rows.iter().filter(|row| gvk.is(&row.group, &row.kind) && update.version.minor < row.since);
    for row in newer {
        let keys: Vec<&str> = row.path.split('.').collect();
        if let Some((last, parents)) = keys.split_last()
            && let Some(parent) = node.at_mut(parents)
        {
            parent.remove(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let rows: Vec<Row> = serde_yaml::from_str(TABLE).expect("the table is well formed");
        assert!(!rows.is_empty());
    }
}
