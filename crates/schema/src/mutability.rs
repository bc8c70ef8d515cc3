//! Which fields an update may not change.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use gitops_model::KubernetesVersion;
use gitops_yaml::SmolStr;
use serde::Deserialize;

/// A field that an update may not change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Immutable {
    /// API group; empty for the core group, `*` for every kind of any group.
    #[serde(default)]
    pub group: SmolStr,
    /// Kind.
    pub kind: SmolStr,
    /// Keys from the object's top, joined by dots.
    pub path: String,
    /// The fields below the path that may change all the same.
    #[serde(default)]
    pub except: Vec<SmolStr>,
    /// It is true only where the live object has these values, each at a path like [`Self::path`].
    #[serde(default)]
    pub when: BTreeMap<String, SmolStr>,
    /// It is true only once the live object holds a value.
    #[serde(default)]
    pub once_set: bool,
    /// The name of the condition under which a change is refused; any change is if absent.
    #[serde(default)]
    pub condition: Option<SmolStr>,
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

    /// The keys of the path.
    #[must_use]
    pub fn keys(&self) -> Vec<&str> {
        self.path.split('.').collect()
    }
}

/// The whole table, in the order written.
#[must_use]
pub fn immutable_table() -> &'static [Immutable] {
    static ROWS: OnceLock<Vec<Immutable>> = OnceLock::new();
    ROWS.get_or_init(|| serde_json::from_str(crate::tables::IMMUTABLE_FIELDS).unwrap_or_default())
}

/// The fields of a kind that an update may not change.
pub fn immutable_fields(group: &str, kind: &str) -> impl Iterator<Item = &'static Immutable> {
    immutable_table()
        .iter()
        .filter(move |row| row.group == "*" || row.group == group && row.kind == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        serde_json::from_str::<Vec<Immutable>>(crate::tables::IMMUTABLE_FIELDS)
            .expect("the table is well formed");
        assert!(immutable_fields("apps", "Deployment").any(|row| row.path == "spec.selector"));
    }
}
