//! The weights, as data.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use gitops_config::RiskConfig;
use gitops_model::{Action, Apply, ChangeReport, Confidence, Finding, Severity};
use serde::Deserialize;
use sha2::{Digest, Sha256};

const TABLE: &str = include_str!("../../../schemas/tables/risk.yaml");

/// The weights of a run: the table's, and those that the configuration replaces.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Weights {
    pub(crate) scale: f64,
    mitigation_floor: f64,
    likelihood: BTreeMap<String, Class>,
    severity: BTreeMap<String, Class>,
    reversibility: BTreeMap<String, Class>,
    exposure: BTreeMap<String, f64>,
    mitigations: Vec<Mitigation>,
    rules: Vec<RuleRow>,
    changes: Vec<ChangeRow>,
    #[serde(skip)]
    pub(crate) model: String,
}

/// A factor and what it is called.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Class {
    pub(crate) weight: f64,
    pub(crate) label: String,
}

/// Something that makes harm less likely or smaller.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mitigation {
    pub(crate) id: String,
    pub(crate) factor: f64,
    pub(crate) label: String,
    pub(crate) offer: String,
}

/// What a rule's finding does to the gate, whatever its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Barrier {
    Stop,
    StopInProduction,
    Hold,
    Ask,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleRow {
    rule: Option<String>,
    apply: Option<String>,
    level: Option<String>,
    likelihood: Option<String>,
    severity: Option<String>,
    reversibility: Option<String>,
    gate: Option<Barrier>,
    #[serde(default)]
    none: bool,
    #[serde(default)]
    lowers: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeRow {
    action: Option<String>,
    #[serde(default)]
    kinds: Vec<String>,
    likelihood: String,
    severity: String,
    reversibility: String,
}

/// The classes of one finding or change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Classes<'a> {
    pub(crate) likelihood: &'a Class,
    pub(crate) severity: (&'a str, &'a Class),
    pub(crate) reversibility: (&'a str, &'a Class),
    pub(crate) lowers: &'a [String],
}

impl Weights {
    /// The table's weights, with those of the configuration.
    pub(crate) fn of(config: &RiskConfig) -> Self {
        static READ: OnceLock<Weights> = OnceLock::new();
        // A test reads the table; a table that cannot be read weighs nothing.
        let mut weights =
            READ.get_or_init(|| serde_yaml::from_str(TABLE).unwrap_or_default()).clone();
        let replace = |classes: &mut BTreeMap<String, Class>, by: &BTreeMap<_, f64>| {
            for (name, weight) in by {
                if let Some(class) = classes.get_mut(AsRef::<str>::as_ref(name)) {
                    class.weight = *weight;
                }
            }
        };
        replace(&mut weights.likelihood, &config.likelihood);
        replace(&mut weights.severity, &config.severity);
        replace(&mut weights.reversibility, &config.reversibility);
        weights
            .exposure
            .extend(config.exposure.iter().map(|(name, weight)| (name.to_string(), *weight)));
        weights.model = model(config);
        weights
    }

    /// What a finding weighs; `None` where it is not weighed.
    pub(crate) fn finding(&self, finding: &Finding) -> Option<Classes<'_>> {
        let rows = || self.rules.iter().filter(|r| r.fits(finding));
        if rows().any(|r| r.none) {
            return None;
        }
        // Of its own row first, then of its verdict's, then of its severity's.
        let class =
            |read: fn(&RuleRow) -> Option<&String>| rows().find_map(read).map(String::as_str);
        let likelihood = class(|r| r.likelihood.as_ref()).unwrap_or(match finding.confidence {
            Confidence::Certain => "certain",
            Confidence::Likely => "likely",
            Confidence::Possible => "possible",
        });
        let (severity, reversibility) =
            (class(|r| r.severity.as_ref())?, class(|r| r.reversibility.as_ref())?);
        let lowers =
            rows().map(|r| r.lowers.as_slice()).find(|l| !l.is_empty()).unwrap_or_default();
        self.classes(likelihood, severity, reversibility, lowers)
    }

    /// What a change weighs of which no finding speaks.
    pub(crate) fn change(&self, change: &ChangeReport) -> Option<Classes<'_>> {
        let row = self.changes.iter().find(|r| r.fits(change))?;
        self.classes(&row.likelihood, &row.severity, &row.reversibility, &[])
    }

    fn classes<'a>(
        &'a self,
        likelihood: &str,
        severity: &'a str,
        reversibility: &'a str,
        lowers: &'a [String],
    ) -> Option<Classes<'a>> {
        Some(Classes {
            likelihood: self.likelihood.get(likelihood)?,
            severity: (severity, self.severity.get(severity)?),
            reversibility: (reversibility, self.reversibility.get(reversibility)?),
            lowers,
        })
    }

    /// How a finding stands in the way, whatever its score.
    pub(crate) fn barrier(&self, finding: &Finding) -> Option<Barrier> {
        self.rules.iter().filter(|r| r.fits(finding)).find_map(|r| r.gate)
    }

    /// What depends on clusters of an environment; one that is not listed weighs as production.
    pub(crate) fn exposure(&self, environment: &str) -> f64 {
        let weight = |name: &str| self.exposure.get(name).copied();
        weight(environment).or_else(|| weight("production")).unwrap_or(1.0)
    }

    /// What a critical component multiplies the exposure by.
    pub(crate) fn critical(&self) -> f64 {
        self.exposure.get("critical").copied().unwrap_or(1.0)
    }

    /// What a cluster multiplies the exposure by that no entry point reaches.
    pub(crate) fn unreached(&self) -> f64 {
        self.exposure.get("unreached").copied().unwrap_or(1.0)
    }

    /// A mitigation by its id.
    pub(crate) fn mitigation(&self, id: &str) -> Option<&Mitigation> {
        self.mitigations.iter().find(|m| m.id == id)
    }

    /// What mitigations together multiply by: never less than the floor.
    pub(crate) fn mitigated(&self, by: &[&Mitigation]) -> f64 {
        by.iter().map(|m| m.factor).product::<f64>().max(self.mitigation_floor)
    }
}

impl RuleRow {
    fn fits(&self, finding: &Finding) -> bool {
        let is = |wanted: &Option<String>, word: Option<&str>| {
            wanted.as_deref().is_none_or(|w| word == Some(w))
        };
        is(&self.rule, Some(finding.rule))
            && is(&self.apply, finding.apply.map(Apply::as_str))
            && is(&self.level, Some(Severity::as_str(finding.severity)))
    }
}

impl ChangeRow {
    fn fits(&self, change: &ChangeReport) -> bool {
        let action = match change.action {
            Action::Added => "added",
            Action::Removed => "removed",
            Action::Modified => "modified",
            Action::Moved => "moved",
            Action::Recreated => "recreated",
        };
        self.action.as_deref().is_none_or(|a| a == action)
            && (self.kinds.is_empty() || self.kinds.iter().any(|k| change.key.kind == *k))
    }
}

/// `1:` and a hash of all weights.
fn model(config: &RiskConfig) -> String {
    let digest = Sha256::digest(format!("{TABLE}\0{config:?}"));
    let hex: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
    format!("1:{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_and_names_what_it_has() {
        let weights: Weights = serde_yaml::from_str(TABLE).unwrap();
        let rows = weights.rules.iter().filter(|r| !r.none);
        for row in rows {
            for (class, classes) in [
                (&row.likelihood, &weights.likelihood),
                (&row.severity, &weights.severity),
                (&row.reversibility, &weights.reversibility),
            ] {
                assert!(class.as_ref().is_none_or(|c| classes.contains_key(c)), "{row:?}");
            }
            assert!(row.lowers.iter().all(|l| weights.mitigation(l).is_some()), "{row:?}");
        }
        for row in &weights.changes {
            assert!(
                weights.classes(&row.likelihood, &row.severity, &row.reversibility, &[]).is_some(),
                "{row:?}"
            );
        }
    }

    #[test]
    fn the_model_names_its_weights() {
        let own = Weights::of(&RiskConfig::default());
        let other =
            RiskConfig { severity: BTreeMap::from([("D3".into(), 20.0)]), ..RiskConfig::default() };
        let other = Weights::of(&other);
        assert!(own.model.starts_with("1:") && own.model != other.model);
        assert_eq!(other.severity["D3"].weight, 20.0);
    }
}
