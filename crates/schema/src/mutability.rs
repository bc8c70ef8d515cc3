//! Which fields an update may not change.

use std::sync::OnceLock;

use gitops_model::KubernetesVersion;
use serde::Deserialize;

const TABLE: &str = include_str!("../../../schemas/tables/immutable-fields.yaml");

/// A field that an update may not change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Immutable {
    /// API group; empty for the core group.
    #[serde(default)]
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Keys from the object's top, joined by dots.
    pub path: String,
    /// The API server's words.
    pub message: String,
    /// Where the API server says so.
    pub source: String,
    /// The first minor release of which it is true; always if absent.
    #[serde(default)]
    pub since: Option<u32>,
    /// The last minor release of which it is true; still if absent.
    #[serde(default)]
    pub until: Option<u32>,
}

impl Immutable {
    /// Whether it is true of a release.
    #[must_use]
    pub fn holds_for(&self, version: KubernetesVersion) -> bool {
        self.since.is_none_or(|since| version.minor >= since)
            && self.until.is_none_or(|until| version.minor <= until)
    }
}

/// The fields of a kind that an update may not change.
pub fn immutable_fields(group: &str, kind: &str) -> impl Iterator<Item = &'static Immutable> {
    static ROWS: OnceLock<Vec<Immutable>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| serde_yaml::from_str(TABLE).unwrap_or_default());
    rows.iter().filter(move |row| row.group == group && row.kind == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        serde_yaml::from_str::<Vec<Immutable>>(TABLE).expect("the table is well formed");
        assert_eq!(immutable_fields("apps", "Deployment").count(), 1);
    }
}
