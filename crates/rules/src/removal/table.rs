//! What follows when an object is deleted, kind by kind.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use gitops_model::{Resource, Severity};
use gitops_yaml::{Node, SmolStr};
use serde::Deserialize;

const TABLE: &str = include_str!("../../../../schemas/tables/removals.yaml");

/// A row of `schemas/tables/removals.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Aftermath {
    groups: Vec<SmolStr>,
    kinds: Vec<SmolStr>,
    #[serde(default)]
    when: BTreeMap<String, String>,
    #[serde(deserialize_with = "severity")]
    /// How bad it is.
    pub(crate) severity: Severity,
    /// Whether data is gone for good.
    #[serde(default)]
    pub(crate) lost: bool,
    /// What follows for others.
    pub(crate) follows: String,
    /// What is not deleted with it.
    pub(crate) stays: Option<String>,
    proof: String,
    #[expect(dead_code, reason = "where the row was read, for those who edit the table")]
    source: String,
}

/// What follows when this object is deleted, if anyone feels it.
pub(crate) fn aftermath(object: &Resource) -> Option<&'static Aftermath> {
    static ROWS: OnceLock<Vec<Aftermath>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| serde_yaml::from_str(TABLE).unwrap_or_default());
    rows.iter().find(|row| row.fits(object))
}

impl Aftermath {
    fn fits(&self, object: &Resource) -> bool {
        let gvk = &object.gvk;
        let has = |path: &str, wanted: &str| {
            let (path, key) = path.split_once('[').unwrap_or((path, ""));
            let key = Some(key.trim_end_matches(']')).filter(|key| !key.is_empty());
            let keys: Vec<&str> = path.split('.').chain(key).collect();
            object.at(&keys).and_then(Node::text) == Some(wanted)
        };
        let of_group = |group: &SmolStr| match group.strip_prefix('*') {
            Some(end) => gvk.group.ends_with(end),
            None => gvk.group == *group,
        };
        self.groups.iter().any(of_group)
            && (self.kinds.is_empty() || self.kinds.contains(&gvk.kind))
            && self.when.iter().all(|(path, wanted)| has(path, wanted))
    }

    /// The command that shows whether the object is gone, and what is left of it.
    pub(crate) fn proof(&self, object: &Resource) -> String {
        let key = &object.key;
        let namespace = if key.namespace.is_empty() { "default" } else { &key.namespace };
        self.proof
            .replace("NAMESPACE", namespace)
            .replace("NAME", &key.name)
            .replace("KIND", &key.kind.to_lowercase())
    }
}

fn severity<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Severity, D::Error> {
    match SmolStr::deserialize(from)?.as_str() {
        "error" => Ok(Severity::Error),
        "warning" => Ok(Severity::Warning),
        "note" => Ok(Severity::Note),
        other => Err(serde::de::Error::custom(format!("no such severity: {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let rows: Vec<Aftermath> = serde_yaml::from_str(TABLE).expect("the table is well formed");
        assert!(rows.len() > 10);
        let said = |row: &Aftermath| !row.follows.is_empty() && row.proof.contains(' ');
        assert!(rows.iter().all(said));
    }
}
