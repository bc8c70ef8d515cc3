//! What a revert of a change would not bring back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use gitops_model::{
    Action, Advice, Apply, Confidence, Effect, Finding, Gvk, ObjectKey, Reversal, Severity,
    Unrestored,
};
use gitops_rules::Pair;
use gitops_yaml::{Node, SmolStr};
use serde::Deserialize;

use crate::case::Case;
use crate::text;

const TABLE: &str = include_str!("../../../schemas/tables/rollback.yaml");

/// The rules that say what becomes of a write; asked of the change turned around.
pub const VERDICTS: &[&str] = &[
    "crd-removed",
    "crd-version-removed",
    "immutable-field",
    "namespace-removed",
    "object-removed",
    "prune-all",
    "pvc-removed",
];

/// What is lost with one kind of object.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    actions: Vec<Word>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    kinds: Vec<String>,
    when: Option<When>,
    class: Class,
    lost: String,
    keep: String,
    #[serde(default)]
    run: Vec<String>,
    #[allow(dead_code, reason = "for readers of the table")]
    source: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Added,
    Removed,
    Recreated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum When {
    ClaimsGo,
    LoadBalancer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Class {
    R1,
    R2,
    R3,
    R4,
}

fn table() -> &'static [Row] {
    static READ: OnceLock<Vec<Row>> = OnceLock::new();
    // A test reads the table; of one that cannot be read nothing is known.
    READ.get_or_init(|| serde_yaml::from_str(TABLE).unwrap_or_default())
}

/// What a revert does not restore, worst first. `findings` are those of the change, `reverse` those of
/// [`VERDICTS`] on the change turned around.
#[must_use]
pub fn rollback(pairs: &[Pair<'_>], findings: &[Finding], reverse: &[Finding]) -> Vec<Unrestored> {
    let mut found = Found::default();
    for pair in pairs {
        lost(pair, findings, &mut found);
    }
    for finding in reverse {
        refused(finding, findings, &mut found);
    }
    found.sorted()
}

/// What is lost, with where and when.
#[derive(Default)]
struct Found(BTreeMap<(std::cmp::Reverse<Reversal>, ObjectKey, Effect, String), Unrestored>);

impl Found {
    fn add(&mut self, loss: Unrestored) {
        let key = (std::cmp::Reverse(loss.class), loss.key.clone(), loss.effect, loss.why.clone());
        match self.0.get_mut(&key) {
            Some(known) => known.clusters.extend(loss.clusters),
            None => drop(self.0.insert(key, loss)),
        }
    }

    fn sorted(self) -> Vec<Unrestored> {
        self.0.into_values().collect()
    }
}

/// What the change itself takes away for good.
fn lost(pair: &Pair<'_>, findings: &[Finding], found: &mut Found) {
    let Some(effect) = pair.effect else { return };
    let deleted: BTreeSet<&ObjectKey> = gitops_rules::deleted(pair).map(|o| &o.key).collect();
    for change in pair.changes {
        let word = match change.action {
            Action::Added => Word::Added,
            Action::Removed if deleted.contains(&change.key) => Word::Removed,
            Action::Modified if is_recreated(pair, &change.key, findings) => Word::Recreated,
            _ => continue,
        };
        let object = change.object();
        let Some(row) = table().iter().find(|row| row.fits(word, object)) else { continue };
        let case = Case::of(pair, &change.key);
        found.add(Unrestored {
            gvk: object.gvk.clone(),
            key: change.key.clone(),
            class: row.class.into(),
            why: row.lost.clone(),
            keep: Advice { text: row.keep.clone(), commands: text::of_case(&row.run, &case) },
            effect,
            clusters: BTreeSet::from([SmolStr::new(pair.after.name())]),
        });
    }
}

fn is_recreated(pair: &Pair<'_>, key: &ObjectKey, findings: &[Finding]) -> bool {
    speaking_of(key, pair.effect, findings).any(|f| {
        matches!(f.apply, Some(Apply::Recreated | Apply::DataLoss))
            && f.clusters.contains(pair.after.name())
    })
}

/// What the API server or the controller makes of the revert. What never came is not turned back.
fn refused(finding: &Finding, findings: &[Finding], found: &mut Found) {
    let (Some((gvk, key)), Some(effect)) = (&finding.object, finding.effect) else { return };
    let never_came = speaking_of(key, Some(effect), findings).any(|f| match f.apply {
        Some(Apply::Rejected) => f.confidence > Confidence::Possible,
        Some(Apply::Recreated) => true,
        _ => false,
    });
    let (class, why) = match finding.apply {
        _ if never_came => return,
        Some(Apply::Rejected) => (Reversal::ByHand, "the revert is refused"),
        Some(Apply::Recreated) => (Reversal::Disrupts, "the revert recreates it"),
        Some(Apply::DataLoss) => (Reversal::Lost, "the revert takes along what was written since"),
        _ if finding.severity == Severity::Error => (Reversal::ByHand, "the revert is not safe"),
        _ => return,
    };
    let keep = Advice { text: finding.help.clone().unwrap_or_default(), commands: Vec::new() };
    found.add(Unrestored {
        gvk: Gvk::clone(gvk),
        key: key.clone(),
        class,
        why: format!("{why}: {}", finding.message),
        keep,
        effect,
        clusters: finding.clusters.clone(),
    });
}

fn speaking_of<'f>(
    key: &'f ObjectKey,
    effect: Option<Effect>,
    findings: &'f [Finding],
) -> impl Iterator<Item = &'f Finding> {
    let same = move |f: &&Finding| f.object.as_ref().is_some_and(|(_, k)| k == key);
    findings.iter().filter(same).filter(move |f| f.effect == effect)
}

impl From<Class> for Reversal {
    fn from(class: Class) -> Self {
        match class {
            Class::R1 => Self::Disrupts,
            Class::R2 => Self::Identity,
            Class::R3 => Self::ByHand,
            Class::R4 => Self::Lost,
        }
    }
}

impl Row {
    fn fits(&self, word: Word, object: &gitops_model::Resource) -> bool {
        let is = |keys: &[&str], value| object.at(keys).and_then(Node::text) == Some(value);
        let retention = ["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"];
        let of_group = |group: &String| match group.strip_prefix('*') {
            Some(end) => object.gvk.group.ends_with(end),
            None => object.gvk.group == *group,
        };
        self.actions.contains(&word)
            && (self.kinds.is_empty() || self.kinds.iter().any(|k| *k == object.gvk.kind))
            && (self.groups.is_empty() || self.groups.iter().any(of_group))
            && match self.when {
                Some(When::ClaimsGo) => is(&retention, "Delete"),
                Some(When::LoadBalancer) => is(&["spec", "type"], "LoadBalancer"),
                None => true,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let rows: Vec<Row> = serde_yaml::from_str(TABLE).unwrap();
        for row in rows {
            assert!(!row.actions.is_empty() && row.source.starts_with("https://"), "{row:?}");
            assert!(!(row.kinds.is_empty() && row.groups.is_empty()), "{row:?}");
        }
    }
}
